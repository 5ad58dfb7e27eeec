#pragma once

#include <stddef.h>

/// Loads libcrypto. Returns NULL, or why it can't be loaded.
const char *ccrypto_load(void);

/// Writes the SHA-256 of `length` bytes as 32 bytes into `digest`. Ends the process where libcrypto can't be loaded.
void ccrypto_sha256(const unsigned char *bytes, size_t length, unsigned char *digest);

/// The SHA-256 of what comes in pieces: begin, add each, end (which frees it). Ends the process where libcrypto can't be loaded.
void *ccrypto_sha256_begin(void);
void ccrypto_sha256_add(void *state, const void *bytes, size_t length);
void ccrypto_sha256_end(void *state, unsigned char *digest);
