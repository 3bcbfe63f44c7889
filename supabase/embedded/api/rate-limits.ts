import type { Settings } from '../settings.ts'

/** Why a request has to wait, as Supabase Auth says it: https://supabase.com/docs/guides/auth/rate-limits. */
export interface Refusal {
  code: 'over_request_rate_limit' | 'over_email_send_rate_limit'
  retryAfterSeconds: number
}

export interface AuthRequest {
  /** The path below `/auth/v1`. */
  path: string
  grantType: string | null
  method: string
  /** Where it comes from, as the gateway saw it. */
  address: string
  /** The account that it names, when it names one. */
  email: string | undefined
}

export interface AuthLimits {
  /** Counts the request, unless it has to wait. */
  take(request: AuthRequest): Refusal | undefined
  /** What came of a request that was let through: a password that was wrong counts against its account. */
  settle(request: AuthRequest, status: number): void
}

export interface CallLimits {
  /** Counts a call of a verb in advance. Whole seconds that it has to wait, and then it is not counted; else 0. */
  take(person: string, verb: string): number
  /** What came of a call that was let through: only one that was refused stays counted. */
  settle(person: string, verb: string, status: number): void
}

/** Of one verb by one person in a minute. */
export const refusedCalls = 60
const minute = 60
const fiveMinutes = 300
const hour = 3_600
/** A wrong password is a rarer thing than a sign-in, and guesses at one account may come from many addresses. */
const guessesShare = 1 / 3

/** The limits of config.toml's `[auth.rate_limit]`, counted in memory: a restart forgets them, which an outsider cannot bring about. */
export function createAuthLimits(settings: Settings['auth']['rateLimits'], nowMs: () => number = () => performance.now()): AuthLimits {
  const signIns = new Buckets(settings.sign_in_sign_ups, fiveMinutes, nowMs)
  const refreshes = new Buckets(settings.token_refresh, fiveMinutes, nowMs)
  const verifications = new Buckets(settings.token_verifications, fiveMinutes, nowMs)
  const guesses = new Buckets(Math.max(1, Math.ceil(settings.sign_in_sign_ups * guessesShare)), fiveMinutes, nowMs)
  const mails = new Buckets(settings.email_sent, hour, nowMs)
  const mailsTo = new Buckets(1, settings.max_frequency_seconds, nowMs)

  return {
    take: (request) => {
      const kind = kindOf(request)
      if (!kind) return undefined
      const perAddress = kind === 'refresh' ? refreshes : kind === 'verification' ? verifications : signIns
      const from = networkOf(request.address)
      const account = kind === 'password' ? request.email : undefined
      const wait = Math.max(perAddress.wait(from), account === undefined ? 0 : guesses.wait(account))
      if (wait > 0) return { code: 'over_request_rate_limit', retryAfterSeconds: wait }
      if (kind === 'mail') {
        const mailWait = Math.max(mails.wait('all'), request.email === undefined ? 0 : mailsTo.wait(request.email))
        if (mailWait > 0) return { code: 'over_email_send_rate_limit', retryAfterSeconds: mailWait }
        mails.take('all')
        if (request.email !== undefined) mailsTo.take(request.email)
      }
      perAddress.take(from)
      // Taken in advance and given back: guesses that are made at once must not all be let through before the first has failed.
      if (account !== undefined) guesses.take(account)
      return undefined
    },
    settle: (request, status) => {
      if (kindOf(request) === 'password' && request.email !== undefined && status < 400) guesses.giveBack(request.email)
    },
  }
}

/**
 * SQL counts the calls of a verb in the transaction of the call, and what is refused is undone with its count: those that are
 * refused are counted here.
 */
export function createCallLimits(nowMs: () => number = () => performance.now()): CallLimits {
  const refused = new Buckets(refusedCalls, minute, nowMs)
  // Names that no verb of ours has count together, or long ones would fill the memory.
  const keyOf = (person: string, verb: string): string => `${person} ${/^\w{1,63}$/.test(verb) ? verb : ''}`
  return {
    take: (person, verb) => {
      const key = keyOf(person, verb)
      const wait = refused.wait(key)
      if (wait === 0) refused.take(key)
      return wait
    },
    settle: (person, verb, status) => {
      // What has to wait was not looked at.
      if (status < 400 || status >= 500 || status === 429) refused.giveBack(keyOf(person, verb))
    },
  }
}

type Kind = 'password' | 'sign-up' | 'mail' | 'verification' | 'refresh'

function kindOf({ path, grantType, method }: AuthRequest): Kind | undefined {
  if (method === 'OPTIONS') return undefined
  switch (path) {
    case '/token':
      return grantType === 'password' ? 'password' : 'refresh'
    case '/signup':
      return 'sign-up'
    case '/otp':
    case '/magiclink':
    case '/recover':
    case '/resend':
    case '/reauthenticate':
      return 'mail'
    case '/verify':
      return 'verification'
    default:
      return undefined
  }
}

/** Whoever has one IPv6 address usually has the 64 bits below it as well. */
function networkOf(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail = ''] = address.split('::')
  const before = head.split(':').filter(Boolean)
  const after = tail.split(':').filter(Boolean)
  const groups = address.includes('::') ? [...before, ...Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0'), ...after] : before
  return groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, '').toLowerCase()).join(':')
}

/** Half of the callers that are remembered: those who have not asked for longest are forgotten, so that inventing addresses fills no memory. */
const generation = 50_000

/** Token buckets, as Supabase Auth counts: a burst up to the limit, then as fast as it refills. */
class Buckets {
  private recent = new Map<string, { tokens: number; atMs: number }>()
  private older = new Map<string, { tokens: number; atMs: number }>()

  constructor(
    private readonly capacity: number,
    private readonly seconds: number,
    private readonly nowMs: () => number,
  ) {}

  /** Whole seconds until there is a token; 0 when there is one. */
  wait(key: string): number {
    if (this.seconds === 0) return 0
    const missing = 1 - this.tokens(key)
    // Less than a millionth is arithmetic, not time.
    return missing < 1e-6 ? 0 : Math.max(1, Math.ceil((missing * this.seconds) / this.capacity - 1e-6))
  }

  take(key: string): void {
    this.set(key, this.tokens(key) - 1)
  }

  giveBack(key: string): void {
    this.set(key, Math.min(this.capacity, this.tokens(key) + 1))
  }

  private tokens(key: string): number {
    const found = this.recent.get(key) ?? this.older.get(key)
    if (!found || this.seconds === 0) return this.capacity
    return Math.min(this.capacity, found.tokens + ((this.nowMs() - found.atMs) / 1_000) * (this.capacity / this.seconds))
  }

  private set(key: string, tokens: number): void {
    this.recent.set(key, { tokens, atMs: this.nowMs() })
    if (this.recent.size < generation) return
    this.older = this.recent
    this.recent = new Map()
  }
}
