// What <spawn.h> keeps for itself unless _GNU_SOURCE is defined, which Swift's own module of it is built without.
#pragma once
#include <spawn.h>

#ifdef __linux__
#undef POSIX_SPAWN_SETSID
static const short POSIX_SPAWN_SETSID = 0x80;
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
#endif
