import { toHex, utf8 } from '../_shared/core/bytes.ts'

/** In hex. */
export async function sha256(text: string): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(text))))
}
