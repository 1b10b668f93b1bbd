#include "CNuma.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stddef.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;

/* The functions that are used; all of them, or none. */
static struct {
    __typeof__(&numa_available) available;
    __typeof__(&numa_distance) distance;
    __typeof__(&numa_get_mems_allowed) allowed;
    __typeof__(&numa_bitmask_isbitset) is_set;
    __typeof__(&numa_bitmask_free) release;
    __typeof__(&numa_move_pages) move_pages;
} numa;
static int is_there;

static void load(void)
{
    void *library = dlopen("libnuma.so.1", RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
    if (library == NULL) return;
    numa.available = (__typeof__(numa.available))dlsym(library, "numa_available");
    numa.distance = (__typeof__(numa.distance))dlsym(library, "numa_distance");
    numa.allowed = (__typeof__(numa.allowed))dlsym(library, "numa_get_mems_allowed");
    numa.is_set = (__typeof__(numa.is_set))dlsym(library, "numa_bitmask_isbitset");
    numa.release = (__typeof__(numa.release))dlsym(library, "numa_bitmask_free");
    numa.move_pages = (__typeof__(numa.move_pages))dlsym(library, "numa_move_pages");
    is_there = numa.available && numa.distance && numa.allowed && numa.is_set && numa.release && numa.move_pages;
}

int numa_available(void)
{
    pthread_once(&once, load);
    return is_there ? numa.available() : -1;
}

int numa_distance(int from, int to) { return is_there ? numa.distance(from, to) : 0; }

struct bitmask *numa_get_mems_allowed(void) { return is_there ? numa.allowed() : NULL; }

int numa_bitmask_isbitset(const struct bitmask *mask, unsigned int bit) { return is_there ? numa.is_set(mask, bit) : 0; }

int numa_move_pages(int pid, unsigned long count, void **pages, const int *nodes, int *status, int flags)
{
    pthread_once(&once, load);
    if (!is_there) {
        errno = ENOSYS;
        return -1;
    }
    return numa.move_pages(pid, count, pages, nodes, status, flags);
}

void numa_bitmask_free(struct bitmask *mask)
{
    if (is_there) numa.release(mask);
}
