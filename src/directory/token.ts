import { hash, randomBytes } from 'node:crypto';

/** `rdr_` and the base64url of 32 random bytes. The prefix lets scanners find one that leaked. */
const TOKEN = /^rdr_[A-Za-z0-9_-]{43}$/;

/** A new bearer token: shown once, stored nowhere. */
export function newToken(): string {
  return `rdr_${randomBytes(32).toString('base64url')}`;
}

/**
 * SHA-256 (hex) of a token; `undefined` for what cannot be one. Tokens are looked up by it: what a lookup's
 * time tells of a hash is of no use to guess 256 random bits, so no slow hash is needed either.
 */
export function tokenHash(token: string): string | undefined {
  return TOKEN.test(token) ? hash('sha256', token) : undefined;
}
