import { composeMail, webhookBody } from './alert-text.ts'
import type { AlertMessage, AlertsDatabase, MessageOutcome } from './alerts-database.ts'
import { storableText } from './core/format.ts'
import { describeOutcome, decideRetry } from './core/retry.ts'
import { sign } from './core/signing.ts'
import { inLanes } from './lanes.ts'
import { errorText, type Log } from './log.ts'
import { mailRequest, type MailSettings } from './mail.ts'
import type { Send, SendRequest, SendResult } from './send.ts'
import { signingKeys, type KeyRingResult } from './site-secrets.ts'
import type { Result } from './core/result.ts'

/** Looks at what rules watch, and sends what they have to tell. What is due, to whom, and that it is told once, SQL decides. */

export interface AlertDependencies {
  database: Pick<AlertsDatabase, 'evaluate' | 'runsEnded' | 'claim' | 'record'>
  keyRing: KeyRingResult
  send: Send
  log: Log
  nowMs: () => number
  /** In [0, 1). */
  random: () => number
  mail: MailSettings | null
  appUrl: string | null
}

export interface Told {
  channel: AlertMessage['channel']
  recipient: string
  outcome: MessageOutcome
  /** What was answered, in words. */
  reason: string
}

export interface AlertDesk {
  /** How many entries of inboxes were written. Never rejects. */
  look: () => Promise<number>
  /** Sends everything that is due. Never rejects. */
  tell: () => Promise<void>
  /** The same at once for runs that have just ended. Never rejects. */
  afterRuns: () => Promise<void>
  /** Sends the messages of one entry; what came of each. */
  tellOne: (eventId: string) => Promise<Told[]>
}

/** Ten seconds and doubling, up to five minutes: the last try comes about 20 minutes after the first. */
const maxAttempts = 8
const firstRetryMs = 10_000
const messageMs = 10_000
/** Nothing begins after this; what has begun ends within ten seconds more, and so before its lease does. */
const tellMs = 60_000
const claimAtOnce = 64
const atOnce = 16
const atOncePerHost = 4
/** A second round may begin while one waits for a webhook that hangs; leases keep them apart. */
const roundsAtOnce = 3

export function createAlertDesk(dependencies: AlertDependencies): AlertDesk {
  const { database, log, nowMs } = dependencies
  let rounds = 0

  async function look(): Promise<number> {
    try {
      return await database.evaluate()
    } catch (error) {
      log('error', 'what alert rules watch could not be looked at', { error: errorText(error) })
      return 0
    }
  }

  async function tell(): Promise<void> {
    if (rounds >= roundsAtOnce) return
    rounds++
    const startedMs = nowMs()
    try {
      while (nowMs() - startedMs < tellMs) {
        const messages = await database.claim(claimAtOnce, null)
        if (messages.length === 0) return
        await sendAll(messages, dependencies, () => nowMs() - startedMs >= tellMs)
      }
    } catch (error) {
      // What was claimed is due again when its lease is over.
      log('error', 'alert messages could not be sent', { error: errorText(error) })
    } finally {
      rounds--
    }
  }

  return {
    look,
    tell,
    afterRuns: async () => {
      try {
        if (!(await database.runsEnded())) return
      } catch (error) {
        log('error', 'the alerts after a run could not be looked at; the tick will', { error: errorText(error) })
        return
      }
      if ((await look()) > 0) await tell()
    },
    tellOne: async (eventId) => {
      const startedMs = nowMs()
      return await sendAll(await database.claim(claimAtOnce, eventId), dependencies, () => nowMs() - startedMs >= tellMs)
    },
  }
}

async function sendAll(messages: readonly AlertMessage[], dependencies: AlertDependencies, isOver: () => boolean): Promise<Told[]> {
  const { database, log } = dependencies
  const told: Told[] = []
  const left = await inLanes(messages, laneOf, { total: atOnce, perLane: atOncePerHost, isOver }, async (message) => {
    try {
      told.push(await sendOne(message, dependencies))
    } catch (error) {
      log('error', 'what came of an alert message could not be recorded', { message: message.id, error: errorText(error) })
    }
  })
  for (const message of left) await database.record(message, 'release', {})
  return told
}

/** All mail goes to one place, and each webhook to its own. */
function laneOf({ channel, recipient }: AlertMessage): string {
  if (channel === 'email') return 'email'
  return URL.canParse(recipient) ? new URL(recipient).origin : recipient
}

async function sendOne(message: AlertMessage, dependencies: AlertDependencies): Promise<Told> {
  const { database, send, log, nowMs, random } = dependencies
  const { id, channel, recipient, attempt } = message
  const request = await requestFor(message, dependencies)
  const result: Pick<SendResult, 'outcome'> = request.ok ? await send({ ...request.value, timeoutMs: messageMs, maxResponseBytes: 4_000 }) : { outcome: { kind: 'refused', reason: request.error } }
  const { outcome } = result
  const decision = decideRetry(outcome, { attempt, maxAttempts, firstRetryMs, nowMs: nowMs(), random: random() })
  const reason = request.ok ? storableText(describeOutcome(outcome)) : request.error
  await database.record(message, decision.kind, {
    retryInMs: decision.kind === 'retry' ? decision.delayMs : null,
    statusCode: outcome.kind === 'response' ? outcome.statusCode : null,
    error: decision.kind === 'success' ? null : reason,
  })
  if (decision.kind === 'failed') log('warn', 'an alert message was given up', { message: id, channel, attempt, reason })
  return { channel, recipient, outcome: decision.kind, reason }
}

/** The request, or why there can be none. */
async function requestFor(message: AlertMessage, { keyRing, mail, appUrl, nowMs }: AlertDependencies): Promise<Result<SendRequest, string>> {
  if (message.channel === 'email') {
    if (mail === null) return { ok: false, error: 'this deployment sends no mail: DATASYNC_MAIL_URL is not set' }
    return { ok: true, value: mailRequest(mail, composeMail(message, appUrl)) }
  }
  const { rule_id: ruleId } = message.event
  if (ruleId === null) return { ok: false, error: 'the rule was deleted' }
  if (message.secrets.length === 0) return { ok: false, error: 'the webhook has no signing secret yet: make one on the page of the rule' }
  const keys = await signingKeys(keyRing, ruleId, message.secrets)
  if (!keys.ok) return { ok: false, error: keys.error.message }
  const body = webhookBody(message, appUrl)
  const id = `msg_${message.id.replaceAll('-', '')}`
  const timestamp = Math.floor(nowMs() / 1_000)
  return {
    ok: true,
    value: {
      url: message.recipient,
      trusted: false,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'DataSync/1',
        'webhook-id': id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': await sign(keys.value, { id, timestamp, body }),
      },
      body,
    },
  }
}
