/* Makes domains that have one vCPU, no memory and never run: a host of hundreds on a machine of four gigabytes.
 * Compiled against each release's own headers, for the createdomain domctl differs from release to release. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xenctrl.h>
#include <xenstore.h>

static int create(xc_interface *xc, int number, uint32_t *id) {
    struct xen_domctl_createdomain config;
    memset(&config, 0, sizeof config);
    config.max_vcpus = 1;
    config.max_evtchn_port = -1;
    config.max_grant_frames = 1;
    config.max_maptrack_frames = 1;
#ifdef XEN_DOMCTL_GRANT_version
    config.grant_opts = XEN_DOMCTL_GRANT_version(1);
#endif
    config.handle[0] = number >> 8;
    config.handle[1] = number;
    config.handle[15] = 1;
    return xc_domain_create(xc, id, &config) || xc_domain_max_vcpus(xc, *id, 1);
}

static void name(struct xs_handle *xs, int number, uint32_t id) {
    char path[64], value[16];
    snprintf(path, sizeof path, "/local/domain/%u/name", id);
    snprintf(value, sizeof value, "e%04d", number);
    xs_write(xs, 0, path, value, strlen(value));
}

int main(int argc, char **argv) {
    xc_interface *xc = xc_interface_open(0, 0, 0);
    struct xs_handle *xs = xs_open(0);
    int number, count = argc > 1 ? atoi(argv[1]) : 0;
    for (number = 1; number <= count; number++) {
        uint32_t id = 0;
        if (create(xc, number, &id)) {
            perror("lab-empty: a domain cannot be made");
            return 1;
        }
        name(xs, number, id);
    }
    return 0;
}
