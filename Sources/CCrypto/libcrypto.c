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
// https://docs.openssl.org/3.0/man3/EVP_DigestInit/
static void *(*context_new)(void);
static void (*context_free)(void *);
static const void *(*algorithm)(void);
static int (*digest_init)(void *, const void *, void *);
static int (*digest_update)(void *, const void *, size_t);
static int (*digest_final)(void *, unsigned char *, unsigned int *);
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
    context_new = (void *(*)(void))dlsym(library, "EVP_MD_CTX_new");
    context_free = (void (*)(void *))dlsym(library, "EVP_MD_CTX_free");
    algorithm = (const void *(*)(void))dlsym(library, "EVP_sha256");
    digest_init = (int (*)(void *, const void *, void *))dlsym(library, "EVP_DigestInit_ex");
    digest_update = (int (*)(void *, const void *, size_t))dlsym(library, "EVP_DigestUpdate");
    digest_final = (int (*)(void *, unsigned char *, unsigned int *))dlsym(library, "EVP_DigestFinal_ex");
    if (!sha256 || !context_new || !context_free || !algorithm || !digest_init || !digest_update || !digest_final)
        failure = "it lacks SHA-256";
}

const char *ccrypto_load(void) {
    pthread_once(&once, open_library);
    return failure;
}

static void give_up(const char *reason) {
    fprintf(stderr, "libcrypto: SHA-256: %s\n", reason ? reason : "refused by this library");
    abort();
}

void ccrypto_sha256(const unsigned char *bytes, size_t length, unsigned char *digest) {
    const char *reason = ccrypto_load();
    if (!reason && sha256(bytes, length, digest)) return;
    give_up(reason);
}

void *ccrypto_sha256_begin(void) {
    const char *reason = ccrypto_load();
    void *context = reason ? NULL : context_new();
    if (!context || !digest_init(context, algorithm(), NULL)) give_up(reason);
    return context;
}

void ccrypto_sha256_add(void *state, const void *bytes, size_t length) {
    if (!digest_update(state, bytes, length)) give_up(NULL);
}

void ccrypto_sha256_end(void *state, unsigned char *digest) {
    if (!digest_final(state, digest, NULL)) give_up(NULL);
    context_free(state);
}
