/* libvirt, loaded when it is first called and not when the program starts: with it come fifty libraries.
 *
 * Types and prototypes are those of libvirt's own headers; CLibvirt.c defines the functions that are used as calls of the library.
 * Where it is not installed they fail as libvirt's own do. */
#ifndef NUMACTL_PLAN_CLIBVIRT_H
#define NUMACTL_PLAN_CLIBVIRT_H

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

/* Why the library cannot be loaded, in the loader's words; NULL when it is there. Loads it. Any thread may ask. */
const char *numactl_plan_libvirt_missing(void);

#endif
