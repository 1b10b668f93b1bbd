#include <sys/types.h>

/* Calls of Linux that glibc declares for _GNU_SOURCE alone, which Swift's import of it does without. */
int fallocate(int file, int mode, off_t offset, off_t length);
int posix_spawn_file_actions_addclosefrom_np(void *actions, int first);
