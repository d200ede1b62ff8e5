//! Scripts that have a shell complete our words: clap's, with what only a host knows asked of ourselves.
//!
//! clap's scripts know commands, options and files. Which domains there are is asked when it is needed: the script
//! hands the line as far as it is typed to `domtop complete`, which prints a candidate a line.

use clap_complete::{Shell, generate};

use crate::{
    app::command::{ArgKind, COMMANDS, Command},
    cli::args,
};

/// The script of a shell by its name.
pub(super) fn script(shell: &str) -> Option<Vec<u8>> {
    let shell: Shell = shell.parse().ok()?;
    let mut made = Vec::new();
    // Our help lists the commands under headings of its own, and hides them from clap's list; here they are wanted.
    let mut command = args::shown().mut_subcommands(|command| command.hide(false));
    generate(shell, &mut command, "domtop", &mut made);
    let text = String::from_utf8(made).ok()?;
    let text = match shell {
        Shell::Bash => format!("{text}\n{BASH}"),
        Shell::Zsh => zsh(&text),
        Shell::Fish => format!("{text}\n{}", fish()),
        _ => text,
    };
    Some(text.into_bytes())
}

/// clap's function first; where a host knows words for the place these stand alone. What bash takes for the word
/// begins after a `:` or `=`, so that part is all it is given.
const BASH: &str = r#"_domtop_with_words() {
    _domtop "$@"
    local cur="${COMP_WORDS[COMP_CWORD]}" line="${COMP_LINE:0:COMP_POINT}" word kept=() found=()
    for word in "${COMPREPLY[@]}"; do
        case "$word" in
            '<'*|'['*) ;;
            *) kept+=("$word") ;;
        esac
    done
    COMPREPLY=("${kept[@]}")
    case "$cur" in -*) return 0 ;; esac
    local typed="${line##*[[:space:]]}"
    local before="${typed%"$cur"}"
    while IFS= read -r word; do
        word="${word#"$before"}"
        printf -v word '%q' "$word"
        found+=("$word")
    done < <("${COMP_WORDS[0]}" complete -- "$line" 2>/dev/null)
    if [[ ${#found[@]} -gt 0 ]]; then
        COMPREPLY=("${found[@]}")
    fi
}

complete -F _domtop_with_words -o nosort -o bashdefault -o default domtop 2>/dev/null ||
    complete -F _domtop_with_words -o bashdefault -o default domtop
"#;

/// What stands before clap's function for zsh; the line is kept before clap's function cuts it to its commands.
const ZSH: &str = r#"_domtop_words() {
    local -a found
    found=("${(@f)$(_call_program words domtop complete -- ${(q)_domtop_line} 2>/dev/null)}")
    compadd -- "${(@)found:#}"
}

_domtop() {
    local _domtop_line="${(j: :)${(@q)words[1,CURRENT-1]}} $PREFIX"
"#;

fn zsh(text: &str) -> String {
    let asking = text.replacen("_domtop() {\n", ZSH, 1);
    let line = |line: &str| {
        if line.trim_start().starts_with("':") {
            line.replace(":_default'", ":_domtop_words'")
        } else {
            line.to_owned()
        }
    };
    asking.lines().map(|text| line(text) + "\n").collect()
}

/// Words of the host for every command that takes any; files stay offered where one is wanted too.
fn fish() -> String {
    let told = |command: &&Command| command.is_typed() && command.args.iter().any(|arg| asks(arg.kind));
    let lines = COMMANDS.iter().filter(told).map(|command| {
        let file = command.args.iter().any(|arg| arg.kind == ArgKind::File);
        let only = if file { "" } else { " -f" };
        format!(
            "complete -c domtop -n \"__fish_seen_subcommand_from {}\"{only} \
             -a \"(command domtop complete -- (commandline -cp | string collect) 2>/dev/null)\"\n",
            command.name
        )
    });
    lines.collect()
}

/// Whether only a host knows the words.
const fn asks(kind: ArgKind) -> bool {
    matches!(kind, ArgKind::Domain | ArgKind::Size | ArgKind::Count | ArgKind::Vcpu | ArgKind::Cpus)
}
