import { formatBytes, storableText } from './core/format.ts'
import { maxBodyBytes, parsePayload } from './core/payload.ts'
import { describeOutcome, isSuccess } from './core/retry.ts'
import type { Database } from './database.ts'
import { inLanes } from './lanes.ts'
import { errorText, type Log } from './log.ts'
import type { Send, SendResult } from './send.ts'
import { isNotStorable } from './storable.ts'

/** Asks sites what they show, where they offer an address for it. SQL compares that with what they have accepted. */

export interface DriftDependencies {
  database: Pick<Database, 'sitesToAsk' | 'recordDrift'>
  send: Send
  log: Log
  nowMs: () => number
  limits: DriftLimits
}

export interface DriftLimits {
  /** Requests under way at once, and to one scheme, host and port. */
  runConcurrency: number
  hostConcurrency: number
  /** Nobody is asked after this time. */
  askMs: number
}

export interface DriftReport {
  checked: number
  drifted: number
  unreachable: number
  /** Not asked any more: the time was over. */
  left: number
}

/** For the whole of one question. */
export const askTimeoutMs = 10_000

export async function checkDrift(siteIds: readonly string[], dependencies: DriftDependencies): Promise<DriftReport> {
  const { database, log, nowMs, limits } = dependencies
  const startedMs = nowMs()
  const report: DriftReport = { checked: 0, drifted: 0, unreachable: 0, left: 0 }
  const sites = siteIds.length === 0 ? [] : await database.sitesToAsk(siteIds)
  const left = await inLanes(
    sites,
    ({ stateUrl }) => originOf(stateUrl),
    {
      total: limits.runConcurrency,
      perLane: limits.hostConcurrency,
      isOver: () => nowMs() - startedMs >= limits.askMs,
    },
    async (site) => {
      try {
        const drift = await checkSite(site, dependencies)
        report.checked++
        if (drift === 'drifted') report.drifted++
        if (drift === 'unreachable') report.unreachable++
      } catch (error) {
        // One site's trouble is not the others'.
        log('error', 'what a site shows could not be recorded', { site: site.siteId, error: errorText(error) })
      }
    },
  )
  if (left.length > 0) log('warn', 'the time was over before every site was asked what it shows', { sites: left.length })
  return { ...report, left: left.length }
}

async function checkSite(
  { siteId, stateUrl }: { siteId: string; stateUrl: string },
  { database, send }: DriftDependencies,
): Promise<string> {
  const result = await send({
    method: 'GET',
    url: stateUrl,
    headers: { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'DataSync/1' },
    trusted: false,
    timeoutMs: askTimeoutMs,
    maxResponseBytes: maxBodyBytes,
  })
  const answer = readAnswer(result)
  if (!answer.ok) return database.recordDrift(siteId, null, storableText(answer.error))
  try {
    return await database.recordDrift(siteId, answer.value, null)
  } catch (error) {
    if (!isNotStorable(error)) throw error
    return database.recordDrift(siteId, null, 'what it shows holds characters that cannot be kept')
  }
}

type Answer = { ok: true; value: string } | { ok: false; error: string }

function readAnswer({ outcome, truncated, responseHeaders }: SendResult): Answer {
  if (outcome.kind !== 'response' || !isSuccess(outcome.statusCode)) return { ok: false, error: describeOutcome(outcome) }
  if (truncated) return { ok: false, error: `what it shows is over ${formatBytes(maxBodyBytes)}` }
  const encoding = responseHeaders['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') return { ok: false, error: `it answered in ${encoding}, although it was asked not to compress` }
  // A byte order mark is part of no JSON, and some servers put it before all they send.
  const text = outcome.body.replace(/^\ufeff/, '')
  const payload = parsePayload(text)
  if (payload.ok) return { ok: true, value: text }
  const expected = 'expected JSON as it was delivered: {"version": 1, "site": {…}, "items": […]}'
  return { ok: false, error: `what it shows cannot be read: ${payload.error.message}; ${expected}` }
}

/** An address that is none is refused when it is sent to; here it is only somebody's lane. */
function originOf(url: string): string {
  try {
    return new URL(url).origin
  } catch {
    return url
  }
}
