import { concatBytes, fromBase64, toBase64, toHex, utf8, utf8Length, type Bytes } from './bytes.ts'
import { formatDuration } from './format.ts'
import { importSecret, parseCount, secretPrefix, toleranceSeconds, type SigningKey } from './signing.ts'

/**
 * Why a request verifies, or why it does not: what `verify` answers with one word, step by step and with what was probably
 * done to the request. It tries what is known to happen on the way to a receiver's own check (a body that was parsed and
 * printed again, a line break too many, a time in milliseconds) and says which of it makes the signature match.
 *
 * For people who look for a mistake. Nothing that is accepted here is accepted by a receiver.
 */

export interface Evidence {
  headers: readonly (readonly [name: string, value: string])[]
  body: string
  /** As somebody typed them, separated by blanks or line ends. */
  secrets: string
  /** Milliseconds; null: its age is not looked at. */
  nowMs: number | null
}

export interface Step {
  /** What was looked at. */
  subject: 'secret' | 'headers' | 'timestamp' | 'signature' | 'sequence' | 'body'
  status: 'passed' | 'failed' | 'warning' | 'note'
  /** For programs: stable. */
  code: string
  title: string
  detail: string
}

export interface Diagnosis {
  /** Both signatures match, and the time is right as far as it was looked at. */
  verifies: boolean
  title: string
  steps: Step[]
}

type Report = (step: Step) => void

export async function diagnose(evidence: Evidence): Promise<Diagnosis> {
  const steps: Step[] = []
  const report: Report = (step) => steps.push(step)
  const keys = await readSecrets(evidence.secrets, report)
  const found = readHeaders(evidence.headers, report)
  const timestamp = readTimestamp(found.get('webhook-timestamp') ?? '', evidence.nowMs, report)
  readBody(evidence, report)
  const message = {
    id: found.get('webhook-id') ?? '',
    timestamp: found.get('webhook-timestamp') ?? '',
    seconds: timestamp,
    sequence: found.get('webhook-sequence') ?? '',
    body: evidence.body,
  }
  const [standard, ours] = await Promise.all([
    checkStandard(found.get('webhook-signature') ?? '', message, keys),
    checkSequenced(found.get('x-dsign') ?? '', message, keys),
  ])
  steps.push(...standard, ...ours)
  const bodyChanged = standard.some(({ code }) => code.startsWith('body_'))
  const both = !standard.some(failed) && ours.some(failed)
  if (both && !bodyChanged && !ours.some(({ code }) => code.startsWith('sequence'))) {
    report({ subject: 'sequence', status: 'note', code: 'only_dsign', title: 'webhook-signature matches and X-DSIGN does not', detail: 'Id, time and body are genuine. What was altered is webhook-sequence or X-DSIGN itself.' })
  }
  steps.sort((a, b) => order.indexOf(a.subject) - order.indexOf(b.subject))
  const first = steps.find(failed)
  return { verifies: first === undefined, title: first?.title ?? 'It verifies', steps }
}

const order: readonly Step['subject'][] = ['secret', 'headers', 'timestamp', 'body', 'signature', 'sequence']

const failed = ({ status }: Step) => status === 'failed'

// --- The secret

interface Key {
  key: SigningKey
  /** As it was typed, for other ways of reading it. */
  text: string
}

async function readSecrets(typed: string, report: Report): Promise<Key[]> {
  const words = typed.split(/[\s,]+/).filter(Boolean)
  if (words.length === 0) {
    report({ subject: 'secret', status: 'failed', code: 'secret_missing', title: 'There is no secret to verify with', detail: 'Type the signing secret of the site. It begins with whsec_.' })
    return []
  }
  const keys: Key[] = []
  for (const word of words) {
    const key = await readSecret(word, report)
    if (key !== null) keys.push(key)
  }
  return keys
}

async function readSecret(word: string, report: Report): Promise<Key | null> {
  let text = word
  const warn = (code: string, title: string, detail: string) => report({ subject: 'secret', status: 'warning', code, title, detail })
  const fail = (code: string, title: string, detail: string) => {
    report({ subject: 'secret', status: 'failed', code, title, detail })
    return null
  }
  const bare = /^(?:[A-Z0-9_]+=)?["'“”‘’`]*(.*?)["'“”‘’`;]*$/.exec(text)?.[1] ?? text
  if (bare !== text) {
    warn('secret_quoted', 'The secret stood in quotes, or behind the name of a variable', 'They are not part of it. If your receiver reads it with them, its signatures do not match.')
    text = bare
  }
  if (/^whpk_|^whsk_/.test(text)) return fail('secret_asymmetric', 'This is a key of the asymmetric scheme', 'Deliveries are signed with a shared secret, which begins with whsec_.')
  if (/[•*…]/.test(text)) return fail('secret_masked', 'The secret is covered', 'Reveal it first, then copy it: what is shown until then are dots.')
  const encoded = text.startsWith(secretPrefix) ? text.slice(secretPrefix.length) : text
  if (!text.startsWith(secretPrefix)) {
    if (text.toLowerCase().startsWith(secretPrefix)) return fail('secret_case', 'The secret’s letters were changed in case', 'Upper and lower case matter. Copy it again.')
    warn('secret_prefix', 'The secret has no whsec_ before it', 'It is read as if it had: some consoles show it so.')
  }
  if (/^[0-9a-f]{32,}$/i.test(encoded) && encoded.length % 2 === 0 && !/[g-z+/]/i.test(encoded)) {
    warn('secret_hex', 'The secret looks like hex', 'Signing secrets are base64 after whsec_. It is read as base64 all the same.')
  }
  if (/[-_]/.test(encoded) && /^[A-Za-z0-9_-]+={0,2}$/.test(encoded)) {
    return fail('secret_base64url', 'The secret is in the URL-safe form of base64', 'It has - or _ where base64 has + and /. Copy it as it is shown, without re-encoding it.')
  }
  const bytes = fromBase64(encoded)
  if (bytes === null || bytes.byteLength === 0) {
    return fail('secret_malformed', 'The secret is not base64 after whsec_', `A secret of ours is whsec_ and 44 characters; this one has ${encoded.length}${/[^A-Za-z0-9+/=]/.test(encoded) ? ', and some that base64 does not have' : ''}. Copy it again, whole.`)
  }
  if (bytes.byteLength < 24 || bytes.byteLength > 64) {
    warn('secret_length', `The secret has ${bytes.byteLength} bytes`, 'Standard Webhooks asks for 24 to 64, and ours have 32: was it copied whole?')
  }
  const imported = await importSecret(encoded)
  if (!imported.ok) return fail('secret_malformed', 'The secret cannot be read', imported.error.message)
  report({ subject: 'secret', status: 'passed', code: 'secret_read', title: 'The secret can be read', detail: `${bytes.byteLength} bytes.` })
  return { key: imported.value, text }
}

// --- The headers

const standardNames = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const
const ourNames = ['webhook-sequence', 'x-dsign'] as const
type HeaderName = (typeof standardNames)[number] | (typeof ourNames)[number]

const whatFor: Readonly<Record<HeaderName, string>> = {
  'webhook-id': 'the id of the message',
  'webhook-timestamp': 'when it was signed',
  'webhook-signature': 'the signature',
  'webhook-sequence': 'which delivery of the site this is',
  'x-dsign': 'the signature that covers the sequence',
}

/** How frameworks and relatives of Standard Webhooks write the same header. */
function likeness(name: string): HeaderName | null {
  const plain = name.toLowerCase().replaceAll('_', '-').replace(/^http-/, '').replace(/^(x-)?(svix|webhook|wh|standard-webhook)-/, 'webhook-')
  if (plain === 'x-dsign' || plain === 'dsign') return 'x-dsign'
  return [...standardNames, ...ourNames].find((known) => known === plain) ?? null
}

function readHeaders(given: Evidence['headers'], report: Report): Map<HeaderName, string> {
  const found = new Map<HeaderName, string>()
  const step = (status: Step['status'], code: string, title: string, detail: string) => report({ subject: 'headers', status, code, title, detail })
  for (const name of [...standardNames, ...ourNames]) {
    const exact = given.filter(([other]) => other.toLowerCase() === name).map(([, value]) => value.trim())
    const alike = given.filter(([other]) => other.toLowerCase() !== name && likeness(other) === name)
    const [first] = exact
    if (first !== undefined && first !== '') {
      found.set(name, first)
      if (new Set(exact).size > 1) step('failed', 'header_twice', `${name} is there ${exact.length} times, with different values`, 'Something on the way added one. Here the first is used; a receiver may use another.')
      continue
    }
    const [other] = alike
    if (other !== undefined) {
      found.set(name, other[1].trim())
      if (/^http_/i.test(other[0]) || other[0].includes('_')) {
        step('note', 'header_cgi', `${name} is written ${other[0]}`, 'As PHP, Rack and WSGI show headers. Libraries want it under its own name, with hyphens.')
      } else {
        step('failed', 'header_name', `${name} is called ${other[0]} here`, `Deliveries carry ${name}: something on the way renamed it, or this is a request of somebody else. It is read as ${name} for what follows.`)
      }
      continue
    }
    if (name === 'webhook-sequence' || name === 'x-dsign') {
      step('warning', 'header_missing_ours', `${name} is missing`, `It says ${whatFor[name]}. Every delivery of ours carries it; without it a receiver cannot tell an older delivery from a newer one.`)
    } else if (first === '') {
      step('failed', 'header_empty', `${name} is empty`, `It says ${whatFor[name]}.`)
    } else {
      step('failed', 'header_missing', `${name} is missing`, `It says ${whatFor[name]}. Paste all the headers of the request; if it really came without, something in front of the receiver took it away.`)
    }
  }
  if (standardNames.every((name) => found.has(name))) step('passed', 'headers_there', 'The headers of Standard Webhooks are there', [...found.keys()].join(', '))
  return found
}

// --- The time

function readTimestamp(text: string, nowMs: number | null, report: Report): number | null {
  if (text === '') return null
  const step = (status: Step['status'], code: string, title: string, detail: string) => report({ subject: 'timestamp', status, code, title, detail })
  const seconds = parseCount(text)
  if (seconds === null) {
    const parsed = /[T:-]/.test(text) ? Date.parse(text) : NaN
    step('failed', 'timestamp_number', 'webhook-timestamp is no whole number', Number.isNaN(parsed)
      ? `It is "${shortened(text)}", and should be seconds since 1970, in digits alone.`
      : `It is a date. It should be seconds since 1970: ${Math.floor(parsed / 1000)}.`)
    return null
  }
  // From 2001 on milliseconds have 13 digits, and seconds have 10 until the year 2286.
  if (text.length >= 12) {
    step('failed', 'timestamp_milliseconds', 'webhook-timestamp is in milliseconds', `It should be in seconds: ${Math.floor(seconds / 1000)}.`)
    return null
  }
  if (nowMs === null) {
    step('note', 'timestamp_unchecked', 'Its age was not looked at', `It was signed at ${new Date(seconds * 1000).toISOString()}. A receiver takes it within 5 minutes of that.`)
    return seconds
  }
  const age = Math.floor(nowMs / 1000) - seconds
  const signed = `It was signed at ${new Date(seconds * 1000).toISOString()}.`
  if (age > toleranceSeconds) {
    step('failed', 'timestamp_old', `It is too old: signed ${lasting(age)} ago`, `${signed} A receiver takes it within 5 minutes, so that nobody can send it again later. If it had just arrived, the receiver’s clock is ahead; if you pasted it from a log, leave its age out.`)
  } else if (age < -toleranceSeconds) {
    step('failed', 'timestamp_future', `It comes from the future: signed ${lasting(-age)} ahead`, `${signed} The clock here, or that of the sender, is wrong.`)
  } else {
    step('passed', 'timestamp_near', age >= 0 ? `It was signed ${lasting(age)} ago` : `It was signed ${lasting(-age)} ahead of this clock`, 'Within 5 minutes, as a receiver wants it.')
  }
  return seconds
}

function lasting(seconds: number): string {
  if (seconds < 172_800) return formatDuration(seconds * 1000)
  return `${Math.round(seconds / 86_400)} days`
}

// --- The body

function readBody({ body, headers }: Evidence, report: Report): void {
  const step = (status: Step['status'], code: string, title: string, detail: string) => report({ subject: 'body', status, code, title, detail })
  const bytes = utf8Length(body)
  if (body === '') step('warning', 'body_missing', 'There is no body', 'A delivery has one. Paste it exactly as it was received.')
  const announced = parseCount(headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1].trim() ?? '')
  if (announced !== null && announced !== bytes && body !== '') {
    step('warning', 'body_length', `The body has ${bytes} bytes, and content-length says ${announced}`, `So this is not the body as it was sent: ${Math.abs(announced - bytes)} ${Math.abs(announced - bytes) === 1 ? 'byte is' : 'bytes are'} ${announced > bytes ? 'missing' : 'too many'}.`)
  }
  if (body.includes('\ufffd')) step('warning', 'body_lossy', 'The body holds replacement characters (\ufffd)', 'Somewhere bytes that are no text were replaced; they cannot be brought back.')
}

// --- The signatures

interface Given {
  id: string
  timestamp: string
  seconds: number | null
  sequence: string
  body: string
}

async function checkStandard(header: string, message: Given, keys: readonly Key[]): Promise<Step[]> {
  if (header === '') return []
  const step = (status: Step['status'], code: string, title: string, detail: string): Step => ({ subject: 'signature', status, code, title, detail })
  const parts = header.split(' ').filter(Boolean)
  const given = parts.filter((part) => part.startsWith('v1,'))
  if (given.length === 0) {
    const versions = [...new Set(parts.map((part) => /^(v[0-9]+[a-z]?)[,=]/.exec(part)?.[1]).filter((version) => version !== undefined))]
    if (parts.some((part) => part.startsWith('v1='))) return [step('failed', 'signature_form', 'webhook-signature has the form of X-DSIGN', 'It should be "v1," and base64. It begins with "v1=", as X-DSIGN does: were the two exchanged?')]
    if (versions.length > 0) return [step('failed', 'signature_version', `The signature is of version ${versions.join(', ')}`, 'Deliveries are signed in version v1 (HMAC-SHA256). v1a is the asymmetric scheme, which another key verifies.')]
    return [step('failed', 'signature_form', 'webhook-signature is not in the form of Standard Webhooks', `It should be "v1," and the signature in base64; it is "${shortened(header)}".`)]
  }
  const steps: Step[] = []
  const joined = given.length === 1 && /,v1,/.test(given[0] ?? '')
  const candidates = joined ? header.split(/,(?=v1,)/) : given
  if (joined) steps.push(step('warning', 'signature_commas', 'The signatures are separated by commas', 'Standard Webhooks separates them by blanks; something on the way joined two headers. They are read one by one here.'))
  const macs = candidates.map((part) => part.slice('v1,'.length).trim())
  const odd = macs.find((mac) => fromBase64(mac)?.byteLength !== 32)
  if (odd !== undefined) {
    steps.push(step('warning', 'signature_length', /^[0-9a-f]{64}$/i.test(odd) ? 'A signature is in hex' : 'A signature is no 32 bytes of base64',
      /^[0-9a-f]{64}$/i.test(odd) ? 'webhook-signature is base64; hex is how X-DSIGN is written.' : `"${shortened(odd)}": it may have been cut off.`))
  }
  if (keys.length === 0) return steps

  const matches = async (key: SigningKey, content: Bytes) => {
    const mac = toBase64(await key.hmac(content))
    return macs.indexOf(mac)
  }
  for (const { key } of keys) {
    const place = await matches(key, contentOf(message))
    if (place < 0) continue
    steps.push(step('passed', 'signature_matches', 'webhook-signature matches', 'Id, time and body are as they were signed, with this secret.'))
    if (macs.length > 1) {
      steps.push(place === 0
        ? step('note', 'signature_newest', 'The secret is being rotated: this is the new one', `${macs.length} secrets sign for now, and the first signature is the newest one’s.`)
        : step('warning', 'signature_retired', 'This is the old secret: it ends with the rotation', 'Two secrets sign for now, and this one made the second signature. Give the receiver the new secret before the overlap ends.'))
    }
    return steps
  }
  const altered = await findAlteration(message, keys, matches)
  if (altered !== null) {
    steps.push(step('failed', altered.code, altered.title, altered.detail))
    return steps
  }
  steps.push(step('failed', 'signature_mismatch', 'No signature matches', `${keys.length > 1 ? 'None of these secrets' : 'This secret'} did not sign what stands here. Either it is the secret of another site${macs.length === 1 ? ', or one that was rotated since' : ''}, or id, time or body are not as they were sent. Compare the secret first, then take the body from where it arrives, before anything parses it.`))
  return steps
}

interface Alteration {
  code: string
  title: string
  detail: string
}

/** How many bytes of bodies are hashed in search of what was altered. */
const searchBytes = 40_000_000

async function findAlteration(message: Given, keys: readonly Key[], matches: (key: SigningKey, content: Bytes) => Promise<number>): Promise<Alteration | null> {
  for (const { key } of keys) {
    for (const { bytes, ...alteration } of bodyVariants(message.body)) {
      if ((await matches(key, contentOf({ ...message, body: bytes }))) >= 0) return alteration
    }
    for (const variant of headVariants(message)) {
      if ((await matches(key, contentOf({ ...message, ...variant }))) >= 0) return variant
    }
  }
  for (const { text } of keys) {
    // A signer's own mistake: the text of the secret used as the key, instead of the bytes that it stands for.
    for (const raw of [text, text.slice(secretPrefix.length)]) {
      const imported = raw === '' ? null : await importSecret(toBase64(utf8(raw)))
      if (imported?.ok === true && (await matches(imported.value, contentOf(message))) >= 0) {
        return { code: 'key_text', title: 'It was signed with the text of the secret as the key', detail: 'The key is what the base64 after whsec_ stands for, 32 bytes; whoever signed this used the letters themselves. Deliveries of ours are not signed so.' }
      }
    }
  }
  return null
}

function headVariants({ id, timestamp, seconds }: Given): (Alteration & { id?: string; timestamp?: string })[] {
  const variants: (Alteration & { id?: string; timestamp?: string })[] = []
  const time = (text: string, detail: string) => variants.push({ code: 'timestamp_altered', title: 'The time was altered after the signing', detail, timestamp: text })
  if (/^[0-9]{12,}$/.test(timestamp)) time(String(Math.floor(Number(timestamp) / 1000)), `It matches with seconds in place of milliseconds. The header has to stay as it was sent.`)
  const date = seconds === null ? Date.parse(timestamp) : NaN
  if (!Number.isNaN(date)) time(String(Math.floor(date / 1000)), 'It matches with seconds since 1970 in place of the date. The header has to stay as it was sent.')
  if (/^0+[1-9]/.test(timestamp)) time(timestamp.replace(/^0+/, ''), 'It matches without the zeros before it.')
  for (const other of [id.toLowerCase(), id.replace(/^["']|["']$/g, ''), decoded(id)]) {
    if (other !== id && other !== '') variants.push({ code: 'id_altered', title: 'webhook-id was altered after the signing', detail: `It matches with "${shortened(other)}". The header has to stay as it was sent.`, id: other })
  }
  return variants
}

/** What is known to be done to bodies, the commonest first. */
function* bodyVariants(body: string): Generator<Alteration & { bytes: string | Bytes }> {
  const exact = 'Verify the bytes as they were received, before anything reads them.'
  const variant = (code: string, title: string, detail: string, bytes: string | Bytes | null) => (bytes === null || bytes === body ? [] : [{ code, title, detail, bytes }])
  if (body.startsWith('\ufeff')) yield* variant('body_bom', 'A byte order mark stands before the body', `Without it the signature matches. Something that writes files put it there. ${exact}`, body.slice(1))
  else yield* variant('body_bom_lost', 'The byte order mark before the body is missing', `With it the signature matches. ${exact}`, `\ufeff${body}`)
  const newline = /\r?\n$/.exec(body)?.[0]
  if (newline !== undefined) {
    yield* variant('body_trailing_newline', 'The body has a line break at its end that was not sent', `Without it the signature matches. ${exact}`, body.slice(0, -newline.length))
  }
  if (body.trim() !== body) yield* variant('body_blanks', 'The body has blanks around it that were not sent', `Without them the signature matches. ${exact}`, body.trim())
  yield* variant('body_missing_newline', 'The line break at the body’s end is missing', `With it the signature matches. ${exact}`, `${body}\n`)
  if (body.includes('\r\n')) yield* variant('body_crlf', 'The body’s line breaks are CRLF, and were LF', `Something turned them into those of Windows. ${exact}`, body.replaceAll('\r\n', '\n'))
  else if (body.includes('\n')) yield* variant('body_lf', 'The body’s line breaks are LF, and were CRLF', `With CRLF the signature matches. A field to paste into, or an editor, turns them; ${exact.toLowerCase()}`, body.replaceAll('\n', '\r\n'))
  for (const printed of reprinted(body)) {
    yield* variant('body_reserialised', 'The body was parsed and printed again', `As DataSync prints this JSON, the signature matches: the content is the same, the bytes are not. ${exact} In Express use express.raw, in Next.js request.text(), in Flask request.get_data(), in Rails request.raw_post.`, printed)
  }
  if (/&(quot|amp|lt|gt|#39|#34);/.test(body)) {
    const plain = body.replaceAll('&quot;', '"').replaceAll('&#34;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
    yield* variant('body_html', 'The body was escaped for HTML', `It has &quot; and the like; plain, the signature matches. ${exact}`, plain)
  }
  if (/%7[Bb]|%22/.test(body)) yield* variant('body_url_encoded', 'The body was URL-encoded', `Decoded, the signature matches. Something sent it as a form. ${exact}`, decoded(body.replaceAll('+', ' ')))
  if (/^"/.test(body)) yield* variant('body_quoted', 'The body is a JSON text within a JSON text', `Unpacked, the signature matches. It was encoded twice. ${exact}`, textIn(body))
  if (/^[A-Za-z0-9+/\s]+=*\s*$/.test(body)) yield* variant('body_base64', 'The body is in base64', 'Decoded, the signature matches. Some platforms hand bodies over so (isBase64Encoded): decode it first, then verify.', fromBase64(body.replace(/\s/g, '')))
  if (/[\u0080-\u00ff]/.test(body) && !/[\u0100-\uffff]/.test(body)) {
    yield* variant('body_latin1', 'The body was read as Latin-1, and is UTF-8', `Read as UTF-8 the signature matches: "ü" became "Ã¼". ${exact}`, Uint8Array.from(body, (character) => character.charCodeAt(0)))
  }
  if (/[“”‘’]/.test(body)) yield* variant('body_quotes', 'The body’s quotes were made typographic', `With straight ones the signature matches. A chat or a word processor did that. ${exact}`, body.replace(/[“”]/g, '"').replace(/[‘’]/g, "'"))
}

/**
 * Bodies of ours that say the same. A delivery is printed by PostgreSQL: no blanks around the payload's own fields, and
 * `data` as jsonb prints itself, with a blank after every comma and colon. Keys are taken in the order in which they stand,
 * and in the order of jsonb (shorter first), which a tool that sorts them does not keep.
 */
export function reprinted(body: string): string[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    return []
  }
  if (typeof parsed !== 'object' || parsed === null) return []
  const printed = [JSON.stringify(parsed), JSON.stringify(parsed, null, 2), JSON.stringify(parsed, null, 4)]
  const { version, test, site, items } = parsed as Record<string, unknown>
  const { slug, name } = (typeof site === 'object' && site !== null ? site : {}) as Record<string, unknown>
  const head = `{"version":${JSON.stringify(version)},`
  const siteText = `"site":{"slug":${JSON.stringify(slug)},"name":${JSON.stringify(name)}}`
  if (test === true) printed.push(`${head}"test":true,${siteText}}`)
  if (Array.isArray(items)) {
    for (const isSorted of [false, true]) {
      const texts = items.map((item: unknown) => {
        const { id, type, title, data, references } = (typeof item === 'object' && item !== null ? item : {}) as Record<string, unknown>
        const led = references === undefined ? '' : `,"references":${jsonbText(references, isSorted)}`
        return `{"id":${JSON.stringify(id)},"type":${JSON.stringify(type)},"title":${JSON.stringify(title)},"data":${jsonbText(data, isSorted)}${led}}`
      })
      printed.push(`${head}${siteText},"items":[${texts.join(',')}]}`)
    }
  }
  return [...new Set(printed)].filter((text) => text !== body)
}

function jsonbText(value: unknown, isSorted: boolean): string {
  if (Array.isArray(value)) return `[${value.map((inner) => jsonbText(inner, isSorted)).join(', ')}]`
  if (typeof value !== 'object' || value === null) return value === undefined ? 'null' : JSON.stringify(value)
  const entries = Object.entries(value)
  // jsonb: by length in bytes, then by bytes.
  if (isSorted) entries.sort(([a], [b]) => utf8Length(a) - utf8Length(b) || (a < b ? -1 : 1))
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}: ${jsonbText(inner, isSorted)}`).join(', ')}}`
}

async function checkSequenced(header: string, message: Given, keys: readonly Key[]): Promise<Step[]> {
  if (header === '' || keys.length === 0) return []
  const step = (status: Step['status'], code: string, title: string, detail: string): Step => ({ subject: 'sequence', status, code, title, detail })
  const parts = header.split(/[\s,]+/).filter(Boolean)
  const macs = parts.filter((part) => part.startsWith('v1=')).map((part) => part.slice('v1='.length))
  if (macs.length === 0) {
    return [step('failed', 'dsign_form', 'X-DSIGN is not in its form', parts.some((part) => part.startsWith('v1')) ? `It should be "v1=" and 64 hex digits; it is "${shortened(header)}".` : 'Deliveries carry "v1=" and 64 hex digits: this is another version, or something else.')]
  }
  const matches = async (key: SigningKey, sequence: string, body: string | Bytes = message.body) => macs.includes(toHex(await key.hmac(contentOf({ ...message, body }, sequence))))
  for (const { key } of keys) {
    if (!(await matches(key, message.sequence))) continue
    return [step('passed', 'dsign_matches', 'X-DSIGN matches', message.sequence === '0'
      ? 'The sequence is genuine: 0, which is a test’s.'
      : `The sequence is genuine: ${shortened(message.sequence)}. A receiver applies it if it has applied none that is as high.`)]
  }
  const sequence = parseCount(message.sequence)
  if (message.sequence !== '' && sequence === null) return [step('failed', 'sequence_number', 'webhook-sequence is no whole number', `It is "${shortened(message.sequence)}".`)]
  const bodyLength = utf8Length(message.body)
  const tries = Math.max(20, Math.min(500, Math.floor(searchBytes / Math.max(1, bodyLength))))
  for (const { key } of keys) {
    for (const other of nearby(sequence ?? 0, tries)) {
      if (await matches(key, String(other))) {
        return [step('failed', 'sequence_altered', `X-DSIGN was made for sequence ${other}`, sequence === null
          ? 'webhook-sequence is missing.'
          : `The header says ${sequence}. Somebody passes an old delivery off as another one, or the headers of two requests were mixed.`)]
      }
    }
    for (const { bytes } of bodyVariants(message.body)) {
      if (await matches(key, message.sequence, bytes)) return [step('failed', 'dsign_body', 'X-DSIGN does not match either, for the same reason', 'With the body as it was sent it matches: the sequence is genuine.')]
    }
  }
  return [step('failed', 'dsign_mismatch', 'X-DSIGN does not match', 'It covers id, sequence, time and body, with the same secret as webhook-signature: hex HMAC-SHA256 of "id.sequence.timestamp.body".')]
}

/** Nearest first, never below 0. */
function* nearby(start: number, tries: number): Generator<number> {
  for (let step = 1; step <= tries; step++) {
    if (start - step >= 0) yield start - step
    yield start + step
  }
}

function contentOf({ id, timestamp, body }: { id: string; timestamp: string; body: string | Bytes }, sequence?: string): Bytes {
  const head = sequence === undefined ? `${id}.${timestamp}.` : `${id}.${sequence}.${timestamp}.`
  return concatBytes(utf8(head), typeof body === 'string' ? utf8(body) : body)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function textIn(body: string): string | null {
  try {
    const parsed: unknown = JSON.parse(body)
    return typeof parsed === 'string' ? parsed : null
  } catch {
    return null
  }
}

function shortened(text: string): string {
  const characters = Array.from(text)
  return characters.length > 60 ? `${characters.slice(0, 60).join('')}…` : text
}
