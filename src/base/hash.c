/* hash.c - SHA-256 of bytes and of files. The only user of libsodium's hashing. */
#include "callaudit/hash.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

/* crypto_hash_sha256 is plain C in every build of libsodium: unlike the rest it needs no
 * sodium_init(), so that hashing cannot fail. */

static ca_hash as_hex(const unsigned char digest[CA_HASH_BYTES])
{
    ca_hash hash;
    sodium_bin2hex(hash.hex, sizeof hash.hex, digest, CA_HASH_BYTES);
    return hash;
}

ca_hash ca_hash_bytes(const void *data, size_t length)
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(digest, data, length);
    return as_hex(digest);
}

bool ca_hash_file(int fd, ca_hash *out, uint64_t *length, ca_error *err)
{
    unsigned char block[64 << 10];
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state state;
    off_t offset = 0;

    crypto_hash_sha256_init(&state);
    for (;;) {
        ssize_t got = pread(fd, block, sizeof block, offset);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return ca_fail(err, CA_EIO, "cannot read for hashing: %s", strerror(errno));
        }
        if (got == 0) {
            break;
        }
        crypto_hash_sha256_update(&state, block, (size_t)got);
        offset += got;
    }
    crypto_hash_sha256_final(&state, digest);
    *out = as_hex(digest);
    *length = (uint64_t)offset;
    return true;
}

void ca_hash_version(ca_buf *out)
{
    ca_buf_printf(out, "libsodium %s", sodium_version_string());
}
