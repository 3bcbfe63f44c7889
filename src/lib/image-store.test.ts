import { File as NodeFile } from 'node:buffer'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

// A Storage on loopback that answers as Supabase's does, faults included. The answers are those of its own code: a status of 400 with
// the real one in the body where it is older, and the status itself with a `code` where it is newer.

interface Asked {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: Buffer
}

const ORGANIZATION = '0b2c7a1e-6c1d-4d0e-9f66-1f7a4c0a9f01'
let server: Server
let origin: string
let asked: Asked[] = []
let answer: { status: number; body: unknown } | 'cut' = { status: 200, body: {} }
let imageStore: (typeof import('@/lib/image-store'))['imageStore']

beforeAll(async () => {
  server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      asked.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body: Buffer.concat(parts) })
      if (answer === 'cut') return void request.socket.destroy()
      response.writeHead(answer.status, { 'content-type': typeof answer.body === 'string' ? 'text/html' : 'application/json' })
      response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  document.head.innerHTML = `<meta name="supabase-url" content="${origin}"><meta name="supabase-publishable-key" content="publishable">`
  const { supabase } = await import('@/lib/supabase')
  const { useSession } = await import('@/lib/session')
  useSession.setState({ status: 'signed-in', organizationId: ORGANIZATION, role: 'editor' })
  // A session that Auth gave out: its client reads it from where it keeps it.
  const token = ['{"alg":"HS256","typ":"JWT"}', `{"sub":"u","exp":${Math.floor(Date.now() / 1000) + 3600}}`, 'x'].map((part) => Buffer.from(part).toString('base64url')).join('.')
  const auth = supabase.auth as unknown as { storageKey: string }
  localStorage.setItem(auth.storageKey, JSON.stringify({ access_token: token, refresh_token: 'r', token_type: 'bearer', expires_in: 3600, expires_at: Math.floor(Date.now() / 1000) + 3600, user: { id: 'u' } }))
  bearer = `Bearer ${token}`
  ;({ imageStore } = await import('@/lib/image-store'))
})
afterAll(() => new Promise((resolve) => server.close(resolve)))
beforeEach(() => {
  asked = []
})

let bearer = ''
const there = { status: 400, body: { statusCode: '404', error: 'not_found', message: 'Object not found' } }
// Node's: its fetch knows no other as bytes.
const picture = new NodeFile([new Uint8Array([137, 80, 78, 71])], 'Herbst Angebot (1).PNG', { type: 'image/png' }) as unknown as File

async function upload(file = picture): Promise<string> {
  const then = answer
  answer = there
  const store = await imageStore()
  answer = then
  asked = []
  if (store === null) throw new Error('no store was found')
  return store.upload(file)
}
const refused = (status: number, body: unknown) => {
  answer = { status, body }
  return upload().then(
    () => 'it was taken',
    (error: unknown) => (error as Error).message,
  )
}

describe('where pictures are kept', () => {
  it('is found where the bucket is, and nowhere else', async () => {
    answer = there
    expect(await imageStore()).not.toBeNull()
    expect(asked[0]).toMatchObject({ method: 'GET', path: '/storage/v1/object/public/media/is-there-a-bucket' })
    for (const none of [
      { status: 400, body: { statusCode: '404', error: 'Bucket not found', message: 'Bucket not found' } },
      { status: 404, body: { message: 'no Route matched with those values' } },
      { status: 404, body: '<h1>Not found</h1>' },
    ]) {
      answer = none
      expect(await imageStore()).toBeNull()
    }
    answer = 'cut'
    expect(await imageStore()).toBeNull()
  })

  it('takes a picture under the organization, with a name of its own, and says its public address', async () => {
    answer = { status: 200, body: { Id: 'o1', Key: 'media/x' } }
    const address = await upload()
    const [{ method, path, headers, body }] = asked as [Asked]
    expect(method).toBe('POST')
    expect(path).toMatch(new RegExp(`^/storage/v1/object/media/${ORGANIZATION}/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-herbst-angebot-1\\.png$`))
    expect(headers).toMatchObject({ authorization: bearer, apikey: 'publishable', 'content-type': 'image/png', 'x-upsert': 'false', 'cache-control': 'max-age=31536000' })
    expect([...body]).toEqual([137, 80, 78, 71])
    expect(address).toBe(origin + path.replace('/object/', '/object/public/'))
    // The same file again is another picture: what a site was sent goes on showing what it showed.
    expect(await upload()).not.toBe(address)
  })

  it('says what a person can do where Storage refuses, in both of its ways to say so', async () => {
    const policy = '“Herbst Angebot (1).PNG” was not stored: your role does not allow it. Editors and admins of the organization may add pictures.'
    expect(await refused(400, { statusCode: '403', error: 'Unauthorized', message: 'new row violates row-level security policy' })).toBe(policy)
    expect(await refused(403, { code: 'AccessDenied', message: 'new row violates row-level security policy' })).toBe(policy)

    const large = '“Herbst Angebot (1).PNG” was not stored: it is larger than this project takes. Make it smaller and try again.'
    expect(await refused(400, { statusCode: '413', error: 'Payload too large', message: 'The object exceeded the maximum allowed size' })).toBe(large)
    expect(await refused(413, { code: 'EntityTooLarge', message: 'The object exceeded the maximum allowed size' })).toBe(large)
    // A gateway before it, which knows nothing of Storage.
    expect(await refused(413, '<html><h1>413 Request Entity Too Large</h1></html>')).toBe(large)

    const type = '“Herbst Angebot (1).PNG” was not stored: this project takes no files of the type image/png. Use PNG, JPEG, WebP, AVIF or GIF.'
    expect(await refused(400, { statusCode: '415', error: 'invalid_mime_type', message: 'mime type image/png is not supported' })).toBe(type)
    expect(await refused(415, { code: 'InvalidMimeType', message: 'mime type image/png is not supported' })).toBe(type)

    const session = '“Herbst Angebot (1).PNG” was not stored: your session has ended. Sign in again and repeat this.'
    expect(await refused(400, { statusCode: '403', error: 'Unauthorized', message: '"exp" claim timestamp check failed' })).toBe(session)
    expect(await refused(401, { code: 'InvalidJWT', message: 'jwt expired' })).toBe(session)

    expect(await refused(400, { statusCode: '404', error: 'Bucket not found', message: 'Bucket not found' })).toContain('Ask whoever runs it to make the bucket “media”.')
    expect(await refused(503, 'upstream')).toBe('“Herbst Angebot (1).PNG” was not stored: the storage is busy or has a fault. Try again in a moment.')
    expect(await refused(400, { statusCode: '409', error: 'Duplicate', message: 'The resource already exists' })).toBe('“Herbst Angebot (1).PNG” was not stored: the storage refused it, saying “The resource already exists”.')
    expect(await refused(400, {})).toBe('“Herbst Angebot (1).PNG” was not stored: the storage refused it (400).')
  })

  it('fails as the network does when the connection is cut', async () => {
    const { errorLine } = await import('@/lib/errors')
    answer = 'cut'
    const failure = await upload().catch((error: unknown) => error)
    expect(errorLine(failure)).toBe('The server cannot be reached. Check your connection, then try again.')
  })
})
