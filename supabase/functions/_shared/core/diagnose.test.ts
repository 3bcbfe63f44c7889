import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diagnose, reprinted, type Diagnosis } from './diagnose.ts'
import { importSecret, secretFromBytes, signatureHeaders } from './signing.ts'

const secret = secretFromBytes(new Uint8Array(32).fill(7))
const other = secretFromBytes(new Uint8Array(32).fill(9))
const now = 1_763_765_342_000
const body = '{"version":1,"site":{"slug":"a","name":"Ä “site”"},"items":[{"id":"i1","type":"note","title":"Hello, \\"you\\"","data":{"text": "50 € & more", "list": [1, 2.5, true, null], "deep": {"b": "ü"}}}]}'

async function signed(secrets: readonly string[], message: Partial<{ id: string; timestamp: number; sequence: number; body: string }> = {}): Promise<Record<string, string>> {
  const keys = await Promise.all(secrets.map(async (text) => {
    const key = await importSecret(text)
    if (!key.ok) throw new Error(key.error.message)
    return key.value
  }))
  return { ...(await signatureHeaders(keys, { id: 'msg_1', timestamp: now / 1000, sequence: 41, body, ...message })) }
}

const ask = (headers: Record<string, string>, received: string, secrets = secret, nowMs: number | null = now): Promise<Diagnosis> =>
  diagnose({ headers: Object.entries(headers), body: received, secrets, nowMs })

const codes = ({ steps }: Diagnosis, status?: string) => steps.filter((step) => status === undefined || step.status === status).map(({ code }) => code)

describe('a request as it was sent', () => {
  it('verifies, whatever it holds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1 }), fc.nat(), fc.integer({ min: -300, max: 300 }), async (text, sequence, skew) => {
        const headers = await signed([secret], { body: text, sequence, timestamp: now / 1000 + skew })
        const found = await ask(headers, text)
        expect(codes(found, 'failed')).toEqual([])
        expect(found).toMatchObject({ verifies: true, title: 'It verifies' })
        expect(codes(found)).toEqual(expect.arrayContaining(['secret_read', 'headers_there', 'timestamp_near', 'signature_matches', 'dsign_matches']))
      }),
      { numRuns: 60 },
    )
  })

  it('is found out when a single character of it was changed', async () => {
    const headers = await signed([secret])
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: body.length - 1 }), async (at) => {
        const altered = body.slice(0, at) + (body.charAt(at) === 'x' ? 'y' : 'x') + body.slice(at + 1)
        const found = await ask(headers, altered)
        expect(found.verifies).toBe(false)
        expect(codes(found, 'failed')).toEqual(expect.arrayContaining(['signature_mismatch']))
      }),
      { numRuns: 30 },
    )
  })
})

describe('what was done to the body', () => {
  it.each<[string, (text: string) => string]>([
    ['body_trailing_newline', (text) => `${text}\n`],
    ['body_trailing_newline', (text) => `${text}\r\n`],
    ['body_blanks', (text) => `  ${text} `],
    ['body_bom', (text) => `\ufeff${text}`],
    ['body_reserialised', (text) => JSON.stringify(JSON.parse(text))],
    ['body_reserialised', (text) => JSON.stringify(JSON.parse(text), null, 2)],
    ['body_reserialised', (text) => JSON.stringify(JSON.parse(text)).replaceAll('€', '\\u20ac')],
    ['body_reserialised', (text) => JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text) as object).reverse()))],
    ['body_html', (text) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')],
    ['body_url_encoded', (text) => encodeURIComponent(text)],
    ['body_quoted', (text) => JSON.stringify(text)],
    ['body_base64', (text) => Buffer.from(text).toString('base64')],
    ['body_latin1', (text) => Buffer.from(text).toString('latin1')],
  ])('%s', async (code, change) => {
    const found = await ask(await signed([secret]), change(body))
    expect(codes(found, 'failed')).toContain(code)
    // X-DSIGN fails for the same reason, and says so.
    expect(codes(found)).toContain('dsign_body')
    expect(found.verifies).toBe(false)
  })

  it('a line break too few, or of the other kind', async () => {
    const lines = '{\n"version": 1\n}'
    expect(codes(await ask(await signed([secret], { body: `${body}\n` }), body), 'failed')).toContain('body_missing_newline')
    expect(codes(await ask(await signed([secret], { body: lines.replaceAll('\n', '\r\n') }), lines), 'failed')).toContain('body_lf')
    expect(codes(await ask(await signed([secret], { body: lines }), lines.replaceAll('\n', '\r\n')), 'failed')).toContain('body_crlf')
    expect(codes(await ask(await signed([secret], { body: `\ufeff${body}` }), body), 'failed')).toContain('body_bom_lost')
  })

  it('is told by its length, and by what cannot be brought back', async () => {
    const headers = await signed([secret])
    expect(codes(await ask({ ...headers, 'Content-Length': String(Buffer.byteLength(body) + 1) }, body), 'warning')).toEqual(['body_length'])
    expect(codes(await ask({ ...headers, 'Content-Length': String(Buffer.byteLength(body)) }, body), 'warning')).toEqual([])
    expect(codes(await ask(headers, body.replace('€', '\ufffd')))).toContain('body_lossy')
    expect(codes(await ask(headers, ''))).toContain('body_missing')
  })

  it('bodies of ours are printed as PostgreSQL prints them, in the order of jsonb too', () => {
    const sorted = '{"version":1,"site":{"slug":"a","name":"A"},"items":[{"id":"i","type":"t","title":"T","data":{"b": 1, "aa": [true, {"x": ""}]}}]}'
    const shuffled = '{"items":[{"data":{"aa":[true,{"x":""}],"b":1},"title":"T","type":"t","id":"i"}],"site":{"name":"A","slug":"a"},"version":1}'
    expect(reprinted(shuffled)).toContain(sorted)
    const led = '{"version":1,"site":{"slug":"a","name":"A"},"items":[{"id":"i","type":"t","title":"T","data":{"b": 1},"references":{"author": {"id": "j", "data": {}, "type": "t", "title": "T"}}}]}'
    expect(reprinted(JSON.stringify(JSON.parse(led)))).toContain(led)
    expect(reprinted('{"site":{"name":"A","slug":"a"},"test":true,"version":1}')).toContain('{"version":1,"test":true,"site":{"slug":"a","name":"A"}}')
    for (const text of ['', 'null', '[1', '7']) expect(reprinted(text)).toEqual([])
  })
})

describe('the time', () => {
  it.each<[string, number, string]>([
    ['timestamp_old', 12 * 60, 'It is too old: signed 12 min ago'],
    ['timestamp_old', 301, 'It is too old: signed 5 min ago'],
    ['timestamp_future', -400, 'It comes from the future: signed 6.7 min ahead'],
  ])('%s, by how much', async (code, age, title) => {
    const headers = await signed([secret], { timestamp: now / 1000 - age })
    const found = await ask(headers, body)
    expect(codes(found, 'failed')).toEqual([code])
    expect(found.title).toBe(title)
    expect((await ask(headers, body, secret, null)).verifies).toBe(true)
  })

  it('in milliseconds, as a date, or as no number at all', async () => {
    const headers = await signed([secret])
    const as = async (text: string) => codes(await ask({ ...headers, 'webhook-timestamp': text }, body), 'failed')
    expect(await as(String(now))).toEqual(expect.arrayContaining(['timestamp_milliseconds', 'timestamp_altered']))
    expect(await as(new Date(now).toISOString())).toEqual(expect.arrayContaining(['timestamp_number', 'timestamp_altered']))
    for (const text of ['soon', '1763765342.5', '-5', '1e9']) expect(await as(text)).toContain('timestamp_number')
  })
})

describe('the headers', () => {
  it('each of them can be missing or empty', async () => {
    const headers = await signed([secret])
    for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
      const { [name]: _, ...rest } = headers
      const found = await ask(rest, body)
      expect([found.verifies, codes(found, 'failed')]).toEqual([false, expect.arrayContaining(['header_missing'])])
      expect(codes(await ask({ ...headers, [name]: ' ' }, body), 'failed')).toContain('header_empty')
    }
    const { 'x-dsign': _, 'webhook-sequence': __, ...standard } = headers
    expect(codes(await ask(standard, body), 'warning')).toEqual(['header_missing_ours', 'header_missing_ours'])
  })

  it('may be called otherwise', async () => {
    const renamed = (change: (name: string) => string, headers: Record<string, string>) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [change(name), value]))
    const headers = await signed([secret])
    for (const change of [(name: string) => name.replace('webhook-', 'svix-'), (name: string) => name.replace('webhook-', 'X-Webhook-')]) {
      const found = await ask(renamed(change, headers), body)
      expect(codes(found, 'failed')).toEqual(expect.arrayContaining(['header_name']))
      expect(codes(found)).toContain('signature_matches')
    }
    const cgi = await ask(renamed((name) => `HTTP_${name.toUpperCase().replaceAll('-', '_')}`, headers), body)
    expect([cgi.verifies, codes(cgi, 'note')]).toEqual([true, expect.arrayContaining(['header_cgi'])])
    expect((await ask(renamed((name) => name.toUpperCase(), headers), body)).verifies).toBe(true)
  })

  it('may be there twice', async () => {
    const headers = Object.entries(await signed([secret]))
    const found = await diagnose({ headers: [...headers, ['Webhook-Id', 'msg_other']], body, secrets: secret, nowMs: now })
    expect(codes(found, 'failed')).toEqual(['header_twice'])
  })
})

describe('the secret', () => {
  it.each<[string, string]>([
    ['secret_missing', ' '],
    ['secret_masked', 'whsec_••••••••'],
    ['secret_asymmetric', 'whpk_abcdefgh'],
    ['secret_case', secret.replace('whsec_', 'WHSEC_')],
    ['secret_base64url', 'whsec_ab-cd_efghijklmnopqrstuvwxyz0123456789ABCDE='],
    ['secret_malformed', 'whsec_not base64 at all!'.replaceAll(' ', '.')],
  ])('%s', async (code, typed) => {
    const found = await ask(await signed([secret]), body, typed)
    expect([found.verifies, codes(found, 'failed')[0]]).toEqual([false, code])
  })

  it('is read without its prefix, in quotes, and behind the name of a variable, with a word about it', async () => {
    const headers = await signed([secret])
    const as = async (typed: string) => {
      const found = await ask(headers, body, typed)
      return [found.verifies, codes(found, 'warning')]
    }
    expect(await as(secret.slice(6))).toEqual([true, ['secret_prefix']])
    expect(await as(`"${secret}"`)).toEqual([true, ['secret_quoted']])
    expect(await as(`DATASYNC_SECRET='${secret}';`)).toEqual([true, ['secret_quoted']])
    expect(await as(`${other}\n${secret}`)).toEqual([true, []])
  })

  it('may be another one, or the old one of a rotation', async () => {
    const headers = await signed([other, secret])
    expect(codes(await ask(headers, body, secret))).toContain('signature_retired')
    expect(codes(await ask(headers, body, other))).toContain('signature_newest')
    const wrong = await ask(await signed([other]), body)
    expect(codes(wrong, 'failed')).toEqual(['signature_mismatch', 'dsign_mismatch'])
  })

  it('may have been used as the key by its letters', async () => {
    const headers = await signed([`whsec_${Buffer.from(secret).toString('base64')}`])
    expect(codes(await ask(headers, body), 'failed')).toContain('key_text')
  })
})

describe('the signatures', () => {
  it('of another version or form', async () => {
    const headers = await signed([secret])
    const as = async (value: string) => codes(await ask({ ...headers, 'webhook-signature': value }, body), 'failed')
    expect(await as('v1a,AAAA')).toEqual(['signature_version'])
    expect(await as(headers['x-dsign'] ?? '')).toEqual(['signature_form'])
    expect(await as('sha256=abc')).toEqual(['signature_form'])
    const hex = await ask({ ...headers, 'webhook-signature': `v1,${(headers['x-dsign'] ?? '').slice(3)}` }, body)
    expect(codes(hex)).toEqual(expect.arrayContaining(['signature_length', 'signature_mismatch']))
    const joined = await signed([other, secret])
    const found = await ask({ ...joined, 'webhook-signature': (joined['webhook-signature'] ?? '').replace(' ', ',') }, body)
    expect(codes(found)).toEqual(expect.arrayContaining(['signature_commas', 'signature_matches']))
  })

  it('X-DSIGN tells for which sequence it was made', async () => {
    const headers = await signed([secret], { sequence: 41 })
    for (const sequence of ['42', '0', '399']) {
      const found = await ask({ ...headers, 'webhook-sequence': sequence }, body)
      expect([codes(found, 'failed'), found.title]).toEqual([['sequence_altered'], 'X-DSIGN was made for sequence 41'])
    }
    expect(codes(await ask({ ...headers, 'webhook-sequence': 'many' }, body), 'failed')).toEqual(['sequence_number'])
    expect(codes(await ask({ ...headers, 'x-dsign': `v1=${'0'.repeat(64)}` }, body))).toEqual(expect.arrayContaining(['dsign_mismatch', 'only_dsign']))
    expect(codes(await ask({ ...headers, 'x-dsign': 'nonsense' }, body), 'failed')).toEqual(['dsign_form'])
  })

  it('a large body takes no longer than a moment', async () => {
    const large = JSON.stringify({ version: 1, text: 'x'.repeat(900_000) })
    const started = performance.now()
    const found = await ask({ ...(await signed([other], { body: large })) }, large)
    expect(found.verifies).toBe(false)
    expect(performance.now() - started).toBeLessThan(10_000)
  }, 30_000)
})

it('nothing that it is given makes it throw', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.oneof(fc.constantFrom('webhook-id', 'webhook-timestamp', 'webhook-signature', 'webhook-sequence', 'x-dsign', 'svix-id'), fc.string()), fc.string())), fc.string(), fc.string(), async (headers, text, typed) => {
      const found = await diagnose({ headers, body: text, secrets: typed, nowMs: now })
      expect(found.verifies).toBe(false)
    }),
    { numRuns: 40 },
  )
})
