import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { z } from 'zod'
import { Failure } from './lib/failure.ts'
import { readIfPresent, writePrivateDurably } from './lib/files.ts'

const schema = z.object({
  database_password: z.string().min(16),
  jwt_secret: z.string().min(32),
  publishable_key: z.string().startsWith('sb_publishable_'),
  secret_key: z.string().startsWith('sb_secret_'),
  tick_secret: z.string().min(16),
  /** Version to 32 bytes in base64: what site secrets are encrypted with. One encrypts, all decrypt. */
  encryption_keys: z.record(z.string().regex(/^\d+$/), z.base64()),
  /** The version that encrypts while a rotation (`npm run rotate:keys`) is under way; otherwise absent, and it is the highest. */
  sealing_key: z.number().int().positive().optional(),
}).refine(({ sealing_key: version, encryption_keys: keys }) => version === undefined || String(version) in keys)

export type Secrets = z.infer<typeof schema>

const fileIn = (dataDir: string): string => join(dataDir, 'secrets.json')

/** Undefined where there is no data yet. */
export function readSecrets(dataDir: string): Secrets | undefined {
  const path = fileIn(dataDir)
  const text = readIfPresent(path)
  if (text === undefined) return undefined
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    throw new Failure(`${path} is damaged. Put it back from a backup, or run "npm run reset" to begin with empty data.`)
  }
}

/** What is encrypted with a key that is not on the disk is lost with the next power cut. */
export function writeSecrets(dataDir: string, secrets: Secrets): void {
  writePrivateDurably(fileIn(dataDir), `${JSON.stringify(secrets, null, 2)}\n`)
}

/** Made on the first start and kept with the data: without its keys, the data's secrets could not be read. */
export function ensureSecrets(dataDir: string): Secrets {
  const kept = readSecrets(dataDir)
  if (kept !== undefined) return kept
  const secrets: Secrets = {
    database_password: random(24),
    jwt_secret: random(48),
    publishable_key: `sb_publishable_${random(24)}`,
    secret_key: `sb_secret_${random(24)}`,
    tick_secret: random(24),
    encryption_keys: { '1': newEncryptionKey() },
  }
  writeSecrets(dataDir, secrets)
  return secrets
}

export function newEncryptionKey(): string {
  return randomBytes(32).toString('base64')
}

function random(bytes: number): string {
  return randomBytes(bytes).toString('base64url')
}

/** The JWT form of an API key, which older clients and Realtime use. Ten years, as on hosted Supabase. */
export async function roleToken(role: 'anon' | 'service_role', jwtSecret: string): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({ role })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer('supabase')
    .setIssuedAt(now)
    .setExpirationTime(now + 10 * 365 * 86_400)
    .sign(new TextEncoder().encode(jwtSecret))
}
