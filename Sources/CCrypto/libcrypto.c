// SHA-256 by OpenSSL's libcrypto, which every libpq brings along.
//
// It is loaded when the first digest is asked for, and not linked, as libpq is (CPostgreSQL/libpq.c): most commands need no digest.

#include "CCrypto.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

// https://docs.openssl.org/3.0/man3/SHA256_Init/: the same in 1.1 and 3.
static unsigned char *(*sha256)(const unsigned char *, size_t, unsigned char *);
static const char *failure;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void open_library(void) {
    void *library = dlopen("libcrypto.so.3", RTLD_NOW | RTLD_LOCAL);
    if (!library) library = dlopen("libcrypto.so.1.1", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        failure = dlerror();
        return;
    }
    // It frees what it holds when the process ends, also what another thread still uses. It is asked not to
    // (OPENSSL_INIT_NO_ATEXIT, https://docs.openssl.org/3.0/man3/OPENSSL_init_crypto/).
    int (*init)(uint64_t, const void *) = (int (*)(uint64_t, const void *))dlsym(library, "OPENSSL_init_crypto");
    if (init) init(UINT64_C(0x00080000), NULL);
    sha256 = (unsigned char *(*)(const unsigned char *, size_t, unsigned char *))dlsym(library, "SHA256");
    if (!sha256) failure = dlerror();
}

const char *ccrypto_load(void) {
    pthread_once(&once, open_library);
    return failure;
}

void ccrypto_sha256(const unsigned char *bytes, size_t length, unsigned char *digest) {
    const char *reason = ccrypto_load();
    if (!reason && sha256(bytes, length, digest)) return;
    fprintf(stderr, "libcrypto: SHA-256: %s\n", reason ? reason : "refused by this library");
    abort();
}
