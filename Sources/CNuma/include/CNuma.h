/* libnuma, loaded when it is first called: only the discovery of the running machine and moves of memory need it. CNuma.c defines the functions that are
 * used as calls of the library; where it is not installed, numa_available says so, and no other may be called. */
#ifndef NUMACTL_PLAN_CNUMA_H
#define NUMACTL_PLAN_CNUMA_H

#include <numa.h>
#include <numaif.h>

#endif
