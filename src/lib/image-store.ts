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
  if (!answer.ok) {
    const told: unknown = await answer.json().catch(() => null)
    const reason = typeof told === 'object' && told !== null && 'message' in told ? String(told.message) : `Storage answered ${answer.status}`
    throw new Error(`The picture was not stored: ${reason}`)
  }
  return `${supabaseUrl}/storage/v1/object/public/${BUCKET}/${path}`
}
