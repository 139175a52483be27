/* hash.h - SHA-256 (FIPS 180-4) by libsodium. Hex is lower case, as sha256sum prints it. */
#ifndef CALLAUDIT_HASH_H
#define CALLAUDIT_HASH_H

#include "callaudit/text.h"

#include <stddef.h>
#include <stdint.h>

enum { CA_HASH_BYTES = 32, CA_HASH_HEX = 65 };

typedef struct ca_hash {
    char hex[CA_HASH_HEX];
} ca_hash;

ca_hash ca_hash_bytes(const void *data, size_t length);

/* Hashes what an open descriptor holds from its beginning; fails when reading fails. */
bool ca_hash_file(int fd, ca_hash *out, uint64_t *length, ca_error *err);

/* Appends the library and its version, for people. */
void ca_hash_version(ca_buf *out);

#endif
