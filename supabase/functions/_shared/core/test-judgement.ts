import { formatDuration } from './format.ts'
import { excerpt, objectIn, type AttemptOutcome, type NetworkErrorCode } from './retry.ts'

/** What a test request has shown of a site's destination, in words: what happened, what follows for deliveries, what to do next. */

export const testVerdicts = [
  'understood', 'accepted', 'applied', 'signature_refused', 'clock', 'forbidden', 'body_refused', 'not_found', 'method_refused', 'too_many',
  'redirected', 'receiver_failed', 'refused', 'timed_out', 'connection_refused', 'connection_closed', 'host_not_found', 'unreachable', 'tls',
  'not_http', 'address_refused', 'network',
] as const
export type TestVerdict = (typeof testVerdicts)[number]

export interface TestJudgement {
  verdict: TestVerdict
  tone: 'success' | 'warning' | 'failure'
  /** Whether the receiver has taken the signature for genuine, as far as its answer tells. */
  signature: 'accepted' | 'refused' | 'unknown'
  title: string
  advice: string
}

export interface TestContext {
  /** Our own receiver: nobody else has to be told a secret. */
  builtIn: boolean
  /** The version that signs. */
  secretVersion: number | null
  /** It was made for this test, so nobody else can know it yet. */
  secretIsNew: boolean
  /** How many secrets have signed: two while one is rotated. */
  signatures: number
  responseHeaders: Readonly<Record<string, string>>
}

type Words = Omit<TestJudgement, 'verdict'>

export function judgeTest(outcome: AttemptOutcome, context: TestContext): TestJudgement {
  switch (outcome.kind) {
    case 'response':
      return judgeResponse(outcome.statusCode, outcome.body, context)
    case 'timeout':
      return failed('timed_out', `No answer within ${formatDuration(outcome.afterMs)}`,
        'A receiver should answer as soon as it has kept the request and do the rest afterwards. If it needs longer, give the site more time (Edit, Delivery, Timeout).')
    case 'refused':
      return failed('address_refused', 'This address is not sent to', `${sentence(outcome.reason)} Use an address on the public internet, or let the operator of this deployment allow it.`)
    case 'network':
      return judgeNetwork(outcome.code, outcome.detail)
  }
}

function judgeResponse(status: number, body: string, context: TestContext): TestJudgement {
  const said = objectIn(body) ?? {}
  const code = typeof said.code === 'string' ? said.code : ''
  const quote = quoteOf(said)
  if (status >= 200 && status < 300) return judgeSuccess(status, said)
  if (status >= 300 && status < 400) {
    const to = context.responseHeaders.location
    return { verdict: 'redirected', tone: 'failure', signature: 'unknown', title: `It answered ${status}: a redirect`,
      advice: `Redirects are not followed, because a signed request must not be led elsewhere. ${to === undefined ? 'Enter the address that it leads to.' : `It leads to ${to}: if that is the receiver, make it the site’s address.`}` }
  }
  const age = ageOf(code, quote)
  if (age !== null) {
    return { verdict: 'clock', tone: 'failure', signature: code === '' || isSignatureCode(code) ? 'unknown' : 'accepted', title: `It answered ${status}: the time of the request is wrong to it`,
      advice: `It takes the request for ${age === 'old' ? 'older than 5 minutes' : 'more than 5 minutes ahead'}, and it was signed just now: one of the two clocks is wrong. Set the receiver’s by NTP.` }
  }
  if (isSignatureCode(code) || status === 401) return judgeSignature(status, code, quote, context)
  if (['not_a_payload', 'not_json', 'not_text'].includes(code)) {
    return { verdict: 'body_refused', tone: 'success', signature: 'accepted', title: `It answered ${status}: the signature is right, and it does not know tests`,
      advice: 'It verified the request and then refused its body, which holds no items. Deliveries do, so nothing has to be done. The receiver kit shows how to answer tests.' }
  }
  switch (status) {
    case 403:
      return { verdict: 'forbidden', tone: 'failure', signature: 'unknown', title: 'It answered 403: something there does not let us in',
        advice: `${quote}Either the receiver refuses the signature in these words (then compare the secret), or a firewall stands in front of it${firewall(context)}: let it pass POST requests to this address.` }
    case 404:
    case 410:
      return { verdict: 'not_found', tone: 'failure', signature: 'unknown', title: `It answered ${status}: nothing takes deliveries at this address`,
        advice: `${quote}The host answers, so look at the path: is it complete, and is the receiver deployed?` }
    case 405:
      return { verdict: 'method_refused', tone: 'failure', signature: 'unknown', title: 'It answered 405: it takes no POST here',
        advice: `${context.responseHeaders.allow === undefined ? '' : `It takes ${context.responseHeaders.allow}. `}Deliveries are posted: route POST requests for this path to the receiver.` }
    case 408:
    case 425:
    case 429:
      return { verdict: 'too_many', tone: 'warning', signature: 'unknown', title: `It answered ${status}: it asks for more time`,
        advice: `Deliveries that are answered so are tried again${context.responseHeaders['retry-after'] === undefined ? '' : `, no earlier than it asks (retry-after: ${context.responseHeaders['retry-after']})`}. Where it happens often, limit the site’s requests per minute (Edit, Delivery).` }
    case 400:
    case 415:
    case 422:
      return { verdict: 'body_refused', tone: 'warning', signature: 'unknown', title: `It answered ${status}: it does not take this body`,
        advice: `${quote}A test holds no items, which a receiver that does not know tests may refuse rightly. Whether it has verified the signature before, only its own log says; the receiver kit shows how to answer tests.` }
  }
  if (status >= 500) {
    return { verdict: 'receiver_failed', tone: 'failure', signature: 'unknown', title: `It answered ${status}: the receiver failed`,
      advice: `${quote}Look into its log at this time; the id of the request is in it. A delivery that is answered so is tried again.` }
  }
  return { verdict: 'refused', tone: 'failure', signature: 'unknown', title: `It answered ${status}`, advice: `${quote}A delivery that is answered so counts as failed and is not tried again.` }
}

function judgeSuccess(status: number, said: Record<string, unknown>): TestJudgement {
  if (said.test === true && said.applied === false) {
    return { verdict: 'understood', tone: 'success', signature: 'accepted', title: 'Ready: it verified the request and knew it for a test',
      advice: 'Deliveries that are signed with this secret will be accepted at this address.' }
  }
  if (said.applied === true) {
    return { verdict: 'applied', tone: 'warning', signature: 'accepted', title: 'It accepted the request, and says that it applied it',
      advice: 'It takes tests for deliveries. A test holds no items: see what the site shows now, and send it its content again if need be. The receiver kit shows how to answer tests, and that a sequence that is not newer is not applied.' }
  }
  return { verdict: 'accepted', tone: 'success', signature: 'unknown', title: `It answered ${status}: accepted`,
    advice: 'It is reached and takes the request. It does not say whether it has verified the signature; with the answer from the receiver kit it would.' }
}

function judgeSignature(status: number, code: string, quote: string, { builtIn, secretIsNew, secretVersion, signatures }: TestContext): TestJudgement {
  const said: Words = { tone: 'failure', signature: 'refused', title: `It answered ${status}: it does not accept the signature`, advice: '' }
  if (code === 'missing_headers') {
    said.title = `It answered ${status}: it misses the signature’s headers`
    said.advice = 'They were sent (see below), so something in front of the receiver takes them away: let webhook-id, webhook-timestamp, webhook-signature, webhook-sequence and x-dsign pass.'
  } else if (secretIsNew) {
    said.advice = 'The site had no signing secret until now: it was made for this test, so the receiver cannot know it yet. Give it to the receiver, then test again.'
  } else if (builtIn) {
    said.advice = 'This receiver is our own and knows the secret: if this stays so, tell the operator of this deployment.'
  } else {
    const which = secretVersion === null ? 'the one that signs' : `version ${secretVersion}, which signs`
    said.advice = `${quote}Most likely it holds another secret than ${which}${signatures > 1 ? ' (the one before signs too, for now)' : ''}. Compare the two; if they are the same, it reads the body in a form other than the bytes it was sent: paste the request into the verifier of the receiver kit.`
  }
  return { verdict: 'signature_refused', ...said }
}

function judgeNetwork(code: NetworkErrorCode, detail: string): TestJudgement {
  switch (code) {
    case 'host_not_found':
      return failed('host_not_found', 'There is no host of this name', 'The name server knows no address for it. Look for a slip in the address; a new name can take a while until it is known everywhere.')
    case 'connection_refused':
      return failed('connection_refused', 'The host refuses the connection', 'Nothing listens on this port: is the receiver running, and is the port right?')
    case 'connection_reset':
      return failed('connection_closed', 'The connection was closed before an answer came', 'A proxy or a firewall may end it, or the receiver stopped while it worked on the request. Its log should say which.')
    case 'host_unreachable':
      return failed('unreachable', 'The host cannot be reached', 'No way leads to it from here: it may be down, or its network lets nobody in.')
    case 'tls':
      return failed('tls', 'The secure connection failed', `${sentence(detail)} Renew or complete the certificate (with its chain), or correct the host name.`)
    case 'bad_response':
      return failed('not_http', 'What answered does not speak HTTP', `${sentence(detail)} Look at the port, and whether it wants https.`)
    case 'network':
      return failed('network', 'The request did not get through', sentence(detail))
  }
}

function failed(verdict: TestVerdict, title: string, advice: string): TestJudgement {
  return { verdict, tone: 'failure', signature: 'unknown', title, advice: advice.trim() }
}

/** By our own codes, or in the words of the published libraries ("Message timestamp too old"). */
function ageOf(code: string, quote: string): 'old' | 'new' | null {
  if (code === 'stale' || /timestamp too old/i.test(quote)) return 'old'
  return code === 'too_new' || /timestamp too new/i.test(quote) ? 'new' : null
}

const signatureCodes: ReadonlySet<string> = new Set(['missing_headers', 'malformed_headers', 'signature_mismatch', 'no_secret', 'malformed_secret'])

/** The codes of our own receiver, which the receiver kit answers with as well. */
function isSignatureCode(code: string): boolean {
  return signatureCodes.has(code)
}

function firewall({ responseHeaders }: TestContext): string {
  const server = responseHeaders.server
  return server !== undefined && /cloudflare|akamai|sucuri|imperva|cloudfront/i.test(server) ? ` (it says it is ${server})` : ''
}

/** What a JSON answer says is wrong, as a sentence that something can follow; empty for none. */
function quoteOf({ error, message }: Record<string, unknown>): string {
  const text = [error, message].find((candidate) => typeof candidate === 'string' && candidate.trim() !== '')
  return typeof text === 'string' ? `It says “${excerpt(text)}”. ` : ''
}

function sentence(text: string): string {
  const trimmed = text.trim()
  if (trimmed === '') return ''
  return `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}${/[.!?]$/.test(trimmed) ? '' : '.'}`
}
