// The functions of libpq that this project calls, each of which passes its call on to the library.
//
// libpq brings two dozen libraries of its own (TLS, Kerberos, LDAP), and to load them takes longer than all that a command does to a
// SQLite file. So a program is not linked with it, but loads it when the first PostgreSQL database is named.

#include "TCPostgreSQL.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static void *library;
static const char *failure;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void open_library(void) {
    // The name that libpq has had since PostgreSQL 8.2.
    library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        failure = dlerror();
        return;
    }
    // OpenSSL frees what it holds when a process ends, also what a connection's thread still uses. It is asked not to
    // (OPENSSL_INIT_NO_ATEXIT, https://docs.openssl.org/3.0/man3/OPENSSL_init_crypto/). A libpq without OpenSSL has no such function.
    int (*init)(uint64_t, const void *) = (int (*)(uint64_t, const void *))dlsym(library, "OPENSSL_init_crypto");
    if (init) init(UINT64_C(0x00080000), NULL);
}

const char *cpostgresql_load(void) {
    pthread_once(&once, open_library);
    return failure;
}

static void *find(const char *name) {
    const char *reason = cpostgresql_load();
    void *found = reason ? NULL : dlsym(library, name);
    if (found) return found;
    // A program that was built for a newer libpq than is installed.
    fprintf(stderr, "libpq: %s: %s\n", name, reason ? reason : "the installed library lacks this function");
    abort();
}

#define PASS(result, name, parameters, arguments)                        \
    result name parameters {                                             \
        static __typeof__(&name) function;                               \
        __typeof__(&name) found = __atomic_load_n(&function, __ATOMIC_RELAXED); \
        if (!found) {                                                    \
            found = (__typeof__(&name))find(#name);                      \
            __atomic_store_n(&function, found, __ATOMIC_RELAXED);        \
        }                                                                \
        return found arguments;                                          \
    }

PASS(int, PQbackendPID, (const PGconn *conn), (conn))
PASS(int, PQcancel, (PGcancel *cancel, char *errbuf, int errbufsize), (cancel, errbuf, errbufsize))
PASS(void, PQclear, (PGresult *res), (res))
PASS(char *, PQcmdStatus, (PGresult *res), (res))
PASS(char *, PQcmdTuples, (PGresult *res), (res))
PASS(PQconninfoOption *, PQconndefaults, (void), ())
PASS(PGconn *, PQconnectdbParams, (const char *const *keywords, const char *const *values, int expand_dbname), (keywords, values, expand_dbname))
PASS(PQconninfoOption *, PQconninfo, (PGconn *conn), (conn))
PASS(void, PQconninfoFree, (PQconninfoOption *connOptions), (connOptions))
PASS(int, PQconsumeInput, (PGconn *conn), (conn))
PASS(char *, PQdb, (const PGconn *conn), (conn))
PASS(char *, PQerrorMessage, (const PGconn *conn), (conn))
PASS(void, PQfinish, (PGconn *conn), (conn))
PASS(int, PQflush, (PGconn *conn), (conn))
PASS(char *, PQfname, (const PGresult *res, int field_num), (res, field_num))
PASS(void, PQfreeCancel, (PGcancel *cancel), (cancel))
PASS(void, PQfreemem, (void *ptr), (ptr))
PASS(Oid, PQftype, (const PGresult *res, int field_num), (res, field_num))
PASS(PGcancel *, PQgetCancel, (PGconn *conn), (conn))
PASS(int, PQgetCopyData, (PGconn *conn, char **buffer, int async), (conn, buffer, async))
PASS(PGresult *, PQgetResult, (PGconn *conn), (conn))
PASS(int, PQgetisnull, (const PGresult *res, int tup_num, int field_num), (res, tup_num, field_num))
PASS(int, PQgetlength, (const PGresult *res, int tup_num, int field_num), (res, tup_num, field_num))
PASS(char *, PQgetvalue, (const PGresult *res, int tup_num, int field_num), (res, tup_num, field_num))
PASS(int, PQgssEncInUse, (PGconn *conn), (conn))
PASS(char *, PQhost, (const PGconn *conn), (conn))
PASS(int, PQisBusy, (PGconn *conn), (conn))
PASS(int, PQnfields, (const PGresult *res), (res))
PASS(const char *, PQparameterStatus, (const PGconn *conn, const char *paramName), (conn, paramName))
PASS(char *, PQpass, (const PGconn *conn), (conn))
PASS(char *, PQport, (const PGconn *conn), (conn))
PASS(int, PQputCopyData, (PGconn *conn, const char *buffer, int nbytes), (conn, buffer, nbytes))
PASS(int, PQputCopyEnd, (PGconn *conn, const char *errormsg), (conn, errormsg))
PASS(void, PQreset, (PGconn *conn), (conn))
PASS(char *, PQresultErrorField, (const PGresult *res, int fieldcode), (res, fieldcode))
PASS(ExecStatusType, PQresultStatus, (const PGresult *res), (res))
PASS(int, PQsendDescribePrepared, (PGconn *conn, const char *stmt), (conn, stmt))
PASS(int, PQsendPrepare, (PGconn *conn, const char *stmtName, const char *query, int nParams, const Oid *paramTypes), (conn, stmtName, query, nParams, paramTypes))
PASS(int, PQsendQuery, (PGconn *conn, const char *query), (conn, query))
PASS(int, PQsendQueryParams, (PGconn *conn, const char *command, int nParams, const Oid *paramTypes, const char *const *paramValues, const int *paramLengths, const int *paramFormats, int resultFormat), (conn, command, nParams, paramTypes, paramValues, paramLengths, paramFormats, resultFormat))
PASS(int, PQsendQueryPrepared, (PGconn *conn, const char *stmtName, int nParams, const char *const *paramValues, const int *paramLengths, const int *paramFormats, int resultFormat), (conn, stmtName, nParams, paramValues, paramLengths, paramFormats, resultFormat))
PASS(int, PQserverVersion, (const PGconn *conn), (conn))
PASS(PGVerbosity, PQsetErrorVerbosity, (PGconn *conn, PGVerbosity verbosity), (conn, verbosity))
PASS(int, PQsetnonblocking, (PGconn *conn, int arg), (conn, arg))
PASS(PQnoticeProcessor, PQsetNoticeProcessor, (PGconn *conn, PQnoticeProcessor proc, void *arg), (conn, proc, arg))
PASS(int, PQsetSingleRowMode, (PGconn *conn), (conn))
PASS(int, PQsocket, (const PGconn *conn), (conn))
PASS(int, PQsslInUse, (PGconn *conn), (conn))
PASS(ConnStatusType, PQstatus, (const PGconn *conn), (conn))
PASS(PGTransactionStatusType, PQtransactionStatus, (const PGconn *conn), (conn))
PASS(char *, PQuser, (const PGconn *conn), (conn))
