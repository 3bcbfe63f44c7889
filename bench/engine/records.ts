import postgres from 'postgres'
import type { Delivery, Sent } from './delivery.ts'

/** The peers' own record of what they sent, in tables like ours: one attempt row and one log line for each delivery. */

export interface Outcome {
  delivery: Delivery
  sent: Sent
}

export const createRecords = `
  create table if not exists delivery_attempts (
    delivery_id text not null,
    number integer not null,
    worker text not null,
    started_at timestamptz not null,
    duration_ms integer not null,
    status_code integer,
    error text,
    request_headers jsonb not null,
    response_headers jsonb not null,
    response_body text,
    created_at timestamptz not null default clock_timestamp(),
    primary key (delivery_id, number)
  );
  create table if not exists job_logs (
    id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    level text not null,
    message text not null,
    delivery_id text not null,
    payload jsonb
  );
  create index if not exists job_logs_delivery_idx on job_logs (delivery_id)`

/** One statement, so one round trip and one commit. Its parameters are those of recordValues. */
export const recordOne = `
  with attempt as (
    insert into delivery_attempts (delivery_id, number, worker, started_at, duration_ms, status_code, request_headers, response_headers, response_body)
    values ($1, 1, 'bench', $2, $3, $4, $5, $6, $7)
  )
  insert into job_logs (level, message, delivery_id, payload) values ('success', $8, $1, $9)`

/** The same for a whole batch, in one JSON parameter: the way that costs least. */
export const recordBatch = `
  with result as (
    select * from jsonb_to_recordset($1::text::jsonb) r(delivery_id text, started_at timestamptz, duration_ms integer, status_code integer,
      request_headers jsonb, response_headers jsonb, response_body text, message text, payload jsonb)
  ), attempt as (
    insert into delivery_attempts (delivery_id, number, worker, started_at, duration_ms, status_code, request_headers, response_headers, response_body)
    select delivery_id, 1, 'bench', started_at, duration_ms, status_code, request_headers, response_headers, response_body from result
  )
  insert into job_logs (level, message, delivery_id, payload) select 'success', message, delivery_id, payload from result`

const messageOf = ({ sent }: Outcome): string => `${sent.statusCode} accepted, ${sent.durationMs} ms`

const payloadOf = ({ sent }: Outcome): { status: number; response: string } => ({ status: sent.statusCode, response: sent.responseBody })

export function recordValues(outcome: Outcome): (string | number)[] {
  const { delivery, sent } = outcome
  return [
    delivery.id, sent.startedAt, sent.durationMs, sent.statusCode,
    JSON.stringify(sent.requestHeaders), JSON.stringify(sent.responseHeaders), sent.responseBody,
    messageOf(outcome), JSON.stringify(payloadOf(outcome)),
  ]
}

export function recordValue(outcomes: readonly Outcome[]): string {
  return JSON.stringify(
    outcomes.map((outcome) => ({
      delivery_id: outcome.delivery.id,
      started_at: outcome.sent.startedAt,
      duration_ms: outcome.sent.durationMs,
      status_code: outcome.sent.statusCode,
      request_headers: outcome.sent.requestHeaders,
      response_headers: outcome.sent.responseHeaders,
      response_body: outcome.sent.responseBody,
      message: messageOf(outcome),
      payload: payloadOf(outcome),
    })),
  )
}

/** For the peers whose API brings no connection of its own to their handlers. */
export function openRecords(databaseUrl: string, connections: number) {
  const sql = postgres(databaseUrl, { max: connections, onnotice: () => undefined })
  return {
    sql,
    async one(outcome: Outcome): Promise<void> {
      await sql.unsafe(recordOne, recordValues(outcome), { prepare: true })
    },
    async batch(outcomes: readonly Outcome[]): Promise<void> {
      await sql.unsafe(recordBatch, [recordValue(outcomes)], { prepare: true })
    },
    /** Opens the connections, so that no contestant is timed while it says hello. */
    async warm(): Promise<void> {
      await Promise.all(Array.from({ length: connections }, () => sql`select pg_sleep(0.01)`))
    },
    close: () => sql.end(),
  }
}
