/**
 * Rows of a run as both PostgREST and the realtime triggers send them, read by hand: thousands of lines pass here, and every
 * one of them comes from our own database. A row that is not what it should be is left out rather than shown half.
 */

export interface Job {
  id: string
  number: number
  status: string
  trigger: string
  createdBy: string | null
  /** The name of the API key that started it, as it was then. */
  apiKey: string | null
  planHash: string | null
  message: string
  total: number
  /** How many log lines there are, as of when the row was read. */
  logSeq: number
  createdAt: string
  finishedAt: string | null
  cancelRequestedAt: string | null
  /** Over all its deliveries, set when it ends. */
  attempts: number
  /** Of the attempts' durations, set when it ends; null without any. */
  p50Ms: number | null
  p95Ms: number | null
  /** Retention has removed its log lines: `logSeq` counts lines that are no longer there. */
  logsRemovedAt: string | null
}

export interface Delivery {
  id: string
  /** null once the site is deleted; `targetId` stays. */
  siteId: string | null
  targetId: string
  name: string
  slug: string
  status: string
  reason: string
  attempts: number
  maxAttempts: number
  nextAttemptAt: string | null
  statusCode: number | null
  durationMs: number | null
  itemCount: number
  bodyBytes: number
  finishedAt: string | null
}

export interface LogLine {
  seq: number
  /** Milliseconds since the epoch. */
  at: number
  level: string
  message: string
  siteId: string | null
  payload: unknown
}

type Fields = Record<string, unknown>

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null)
const whole = (value: unknown): number => (typeof value === 'number' ? value : 0)
const wholeOrNull = (value: unknown): number | null => (typeof value === 'number' ? value : null)

function rows<Row>(value: unknown, read: (fields: Fields) => Row | null): Row[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((entry: unknown) => {
    const row = isFields(entry) ? read(entry) : null
    return row === null ? [] : [row]
  })
}

export function readJob(value: unknown): Job | null {
  if (!isFields(value) || typeof value['id'] !== 'string' || typeof value['status'] !== 'string') return null
  return {
    id: value['id'],
    number: whole(value['number']),
    status: value['status'],
    trigger: text(value['trigger']),
    createdBy: textOrNull(value['created_by']),
    apiKey: textOrNull(value['api_key_name']),
    planHash: textOrNull(value['plan_hash']),
    message: text(value['message']),
    total: whole(value['total']),
    logSeq: whole(value['log_seq']),
    createdAt: text(value['created_at']),
    finishedAt: textOrNull(value['finished_at']),
    cancelRequestedAt: textOrNull(value['cancel_requested_at']),
    attempts: whole(value['attempts']),
    p50Ms: wholeOrNull(value['p50_ms']),
    p95Ms: wholeOrNull(value['p95_ms']),
    logsRemovedAt: textOrNull(value['logs_removed_at']),
  }
}

export function readDeliveries(value: unknown): Delivery[] {
  return rows(value, (row) =>
    typeof row['id'] !== 'string' || typeof row['status'] !== 'string'
      ? null
      : {
          id: row['id'],
          siteId: textOrNull(row['site_id']),
          targetId: text(row['target_id']),
          name: text(row['target_name']),
          slug: text(row['target_slug']),
          status: row['status'],
          reason: text(row['reason']),
          attempts: whole(row['attempts']),
          maxAttempts: whole(row['max_attempts']),
          nextAttemptAt: textOrNull(row['next_attempt_at']),
          statusCode: wholeOrNull(row['status_code']),
          durationMs: wholeOrNull(row['duration_ms']),
          itemCount: whole(row['item_count']),
          bodyBytes: whole(row['body_bytes']),
          finishedAt: textOrNull(row['finished_at']),
        },
  )
}

export function readLines(value: unknown): LogLine[] {
  return rows(value, (row) =>
    typeof row['seq'] !== 'number'
      ? null
      : {
          seq: row['seq'],
          at: Date.parse(text(row['at'])),
          level: text(row['level']),
          message: text(row['message']),
          siteId: textOrNull(row['site_id']),
          payload: row['payload'] ?? null,
        },
  )
}

/** `log_lines`: the lines themselves, or only their range when they would not fit into a message. */
export function readLogMessage(payload: unknown): { lines: LogLine[] } | { top: number } {
  if (!isFields(payload)) return { lines: [] }
  return typeof payload['to_seq'] === 'number' ? { top: payload['to_seq'] } : { lines: readLines(payload['lines']) }
}

/** `job_state`: the job, or some of its deliveries. */
export function readStateMessage(payload: unknown): { job: Job | null; deliveries: Delivery[] } {
  if (!isFields(payload)) return { job: null, deliveries: [] }
  return { job: readJob(payload['job']), deliveries: readDeliveries(payload['deliveries']) }
}
