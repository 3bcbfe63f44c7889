import { requireEnv } from '@/lib/env'
import { useSession } from '@/lib/session'
import { supabase } from '@/lib/supabase'

/** The public bucket that the migrations make where a project has Supabase Storage. */
const BUCKET = 'media'

/**
 * Where pictures can be put, found out by asking: Storage answers for an object that is not there with "Object not found" when the
 * bucket exists and is public, and with "Bucket not found" otherwise. The embedded backend has no Storage and answers neither.
 */
export async function imageStore(): Promise<{ upload: (file: File) => Promise<string> } | null> {
  const { supabaseUrl } = requireEnv()
  let answer: Response
  try {
    answer = await fetch(`${supabaseUrl}/storage/v1/object/public/${BUCKET}/is-there-a-bucket`)
  } catch {
    return null
  }
  const body: unknown = await answer.json().catch(() => null)
  const said = typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : ''
  return /object not found/i.test(said) ? { upload } : null
}

async function upload(file: File): Promise<string> {
  const organization = useSession.getState().organizationId
  if (organization === null) throw new Error('You are not in an organization')
  const ending = /\.([a-z0-9]{1,5})$/i.exec(file.name)?.[1]?.toLowerCase() ?? 'bin'
  const stem = file.name.replace(/\.[^.]*$/, '').normalize('NFKD').replace(/[^a-zA-Z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 60).toLowerCase()
  // A name of its own: what a site has been sent must go on showing what it showed.
  const path = `${organization}/${crypto.randomUUID()}${stem === '' ? '' : `-${stem}`}.${ending}`
  const { data } = await supabase.auth.getSession()
  const { supabaseUrl, supabaseKey } = requireEnv()
  // By hand: the Storage client is left out of the build (vite.trim.ts). https://supabase.com/docs/reference/self-hosting-storage
  const answer = await fetch(`${supabaseUrl}/storage/v1/object/${BUCKET}/${path}`, {
    method: 'POST',
    headers: {
      apikey: supabaseKey, authorization: `Bearer ${data.session?.access_token ?? ''}`,
      'content-type': file.type === '' ? 'application/octet-stream' : file.type, 'cache-control': 'max-age=31536000', 'x-upsert': 'false',
    },
    body: file,
  })
  if (!answer.ok) throw refusal(file, answer.status, await answer.json().catch(() => null))
  return `${supabaseUrl}/storage/v1/object/public/${BUCKET}/${path}`
}

/**
 * Storage's own words are for programmers, so a person gets ours. The HTTP status is 400 for nearly everything in older versions and
 * the real one in newer: `statusCode` and `code` in the body say which it is. https://supabase.com/docs/guides/storage/debugging/error-codes
 */
function refusal({ name, type }: File, status: number, told: unknown): Error {
  const fields: Partial<Record<string, unknown>> = typeof told === 'object' && told !== null ? { ...told } : {}
  const text = (key: string): string => (typeof fields[key] === 'string' || typeof fields[key] === 'number' ? String(fields[key]) : '')
  const code = `${text('code')} ${text('error')}`
  const number = Number(text('statusCode')) || status
  const message = text('message')
  const picture = `“${name}” was not stored`
  const because = (reason: string) => new Error(`${picture}: ${reason}`)
  if (number === 413 || /EntityTooLarge/.test(code)) return because('it is larger than this project takes. Make it smaller and try again.')
  if (number === 415 || /InvalidMimeType|invalid_mime_type/.test(code)) return because(`this project takes no files of the type ${type === '' ? 'that it has' : type}. Use PNG, JPEG, WebP, AVIF or GIF.`)
  if (number === 401 || /InvalidJWT|ExpiredToken/.test(code) || /\bexp\b|jwt/i.test(message)) return because('your session has ended. Sign in again and repeat this.')
  if (number === 403 || /AccessDenied|row-level security/.test(`${code} ${message}`)) return because('your role does not allow it. Editors and admins of the organization may add pictures.')
  if (number === 404 || /NoSuchBucket/.test(code)) return because(`the project has no place for pictures. Ask whoever runs it to make the bucket “${BUCKET}”.`)
  if (number === 429 || number >= 500) return because('the storage is busy or has a fault. Try again in a moment.')
  return because(`the storage refused it${message === '' ? ` (${number})` : `, saying “${message}”`}.`)
}
