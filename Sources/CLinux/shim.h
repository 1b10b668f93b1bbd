#include <sys/types.h>

/* Calls of Linux that glibc declares for _GNU_SOURCE alone, which Swift's import of it does without. */
int fallocate(int file, int mode, off_t offset, off_t length);
int sched_setaffinity(pid_t thread, size_t size, const void *mask);
int posix_spawn_file_actions_addclosefrom_np(void *actions, int first);

/* open(2): a descriptor that only names a file. asm-generic/fcntl.h has the number, which all that runs KVM shares. */
#define OPEN_NAME_ONLY 010000000
