/** What a join asks for. A payload that is not as expected never refuses the join: defaults apply, as in Realtime. */
import { isRecord } from './json.ts'

export interface JoinConfig {
  ack: boolean
  self: boolean
  replicationReady: boolean
  replay: { sinceMs: number; limit: number } | 'invalid' | null
  presence: { enabled: boolean; key: string }
  private: boolean
  postgresChanges: Record<string, unknown>[]
  /** The join's reply is to wait for the subscription. */
  postgresChangesWait: boolean
  accessToken: string | null
}

export function parseJoin(payload: unknown, maxReplayed: number): JoinConfig {
  const join = record(payload)
  const config = record(join.config)
  const broadcast = record(config.broadcast)
  const presence = record(config.presence)
  const changes = Array.isArray(config.postgres_changes) ? config.postgres_changes.filter(isRecord) : []
  return {
    ack: flag(broadcast.ack),
    self: flag(broadcast.self),
    replicationReady: flag(broadcast.replication_ready),
    replay: parseReplay(broadcast.replay, maxReplayed),
    presence: { enabled: flag(presence.enabled), key: typeof presence.key === 'string' ? presence.key : '' },
    private: flag(config.private),
    postgresChanges: changes,
    postgresChangesWait: flag(record(config.postgres_changes_options).wait),
    accessToken: text(join.user_token) ?? text(join.access_token),
  }
}

function parseReplay(value: unknown, maxReplayed: number): JoinConfig['replay'] {
  if (value === undefined || value === null) return null
  const { since, limit = maxReplayed } = record(value)
  if (!isCount(since) || !isCount(limit) || since > 8.64e15) return 'invalid'
  return { sinceMs: since, limit: Math.max(1, Math.min(limit, maxReplayed)) }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
}

function record(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {}
}

/** Some clients send booleans as words. */
function flag(value: unknown): boolean {
  return value === true || value === 'true'
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
