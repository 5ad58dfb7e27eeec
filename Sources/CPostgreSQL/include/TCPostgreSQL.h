#ifndef TCPOSTGRESQL_H
#define TCPOSTGRESQL_H

#if __has_include(<postgresql/libpq-fe.h>)
#include <postgresql/libpq-fe.h>
#else
#include <libpq-fe.h>
#endif

/// Loads libpq, once in a process. Returns NULL, or why it can't be loaded. Nothing else of this header may be called before.
const char *cpostgresql_load(void);

#endif
