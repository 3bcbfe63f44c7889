import { z } from 'zod'
import { problemCodes } from './problem.ts'

/**
 * What the public API takes and answers. The handler reads requests and writes answers with these schemas, and the OpenAPI
 * document is made of the same ones.
 */

/** Under their names in `#/components/schemas`. */
export const named = z.registry<{ id: string; title?: string; description?: string; examples?: unknown[] }>()

export const slugPattern = /^[a-z0-9]+(?:-[a-z0-9]+)*$/

export const siteSlug = z
  .string()
  .max(63)
  .regex(slugPattern, 'must be the slug of a site: small letters, digits and single hyphens')
  .register(named, { id: 'SiteSlug', description: 'A site, by the slug that its page shows.', examples: ['facebook'] })

export const syncRequest = z
  .strictObject({
    sites: z.array(siteSlug).min(1).max(1_000).optional().meta({ description: 'The sites to send to. Without it: every site that is enabled.' }),
    force: z.boolean().default(false).meta({ description: 'Send to sites whose content has not changed, too.' }),
  })
  .register(named, { id: 'SyncRequest', examples: [{ sites: ['facebook', 'google'] }] })

const moment = z.iso.datetime({ offset: true })
const count = z.int().min(0)

export const syncSite = z
  .object({
    slug: z.string().meta({ description: 'As it was when the run started.' }),
    name: z.string(),
    status: z.enum(['queued', 'sending', 'retrying', 'success', 'failed', 'skipped', 'superseded', 'cancelled']),
    reason: z.string().meta({ description: 'Why it is as it is, in words; empty while there is nothing to say.' }),
    attempts: count.meta({ description: 'HTTP requests made so far.' }),
    status_code: z.int().nullable().meta({ description: 'The destination’s last answer.' }),
    item_count: count,
    hash: z.string().meta({ description: 'SHA-256 of the payload: the entity tag of GET /content/{site}, without its quotes.' }),
    started_at: moment.nullable(),
    finished_at: moment.nullable(),
  })
  .register(named, { id: 'SyncSite', description: 'How one site fares in a run.' })

export const sync = z
  .object({
    id: z.uuid(),
    number: z.int().min(1).meta({ description: 'Counts the runs of the organization; the app calls them by it.' }),
    status: z
      .enum(['queued', 'running', 'success', 'partial', 'failed', 'cancelled'])
      .meta({ description: '`queued` and `running` are open. `partial`: some sites accepted, others did not.' }),
    trigger: z.enum(['manual', 'schedule', 'api', 'replay', 'rollback']),
    message: z.string().meta({ description: 'The outcome in words; empty while the run is open.' }),
    total: count,
    succeeded: count,
    failed: count,
    skipped: count,
    superseded: count,
    cancelled: count,
    created_at: moment,
    started_at: moment.nullable(),
    finished_at: moment.nullable(),
    sites: z.array(syncSite),
  })
  .register(named, { id: 'Sync', description: 'A run and how each of its sites fares.' })

export type Sync = z.infer<typeof sync>

export const startedSync = sync
  .pick({ id: true, number: true, status: true, total: true, skipped: true })
  .register(named, { id: 'StartedSync', description: 'A run as it was when it started. Where every site was up to date, it has ended already.' })

export type StartedSync = z.infer<typeof startedSync>

export const content = z
  .object({
    version: z.literal(1),
    site: z.object({ slug: z.string(), name: z.string() }),
    items: z.array(
      z.object({
        id: z.uuid(),
        type: z.string().meta({ description: 'The name of the content type.' }),
        title: z.string(),
        data: z.record(z.string(), z.unknown()).meta({ description: 'The fields of the type, the overrides of this site applied.' }),
        references: z
          .optional(z.record(z.string(), z.object({ id: z.uuid(), type: z.string(), title: z.string(), data: z.record(z.string(), z.unknown()) })))
          .meta({ description: 'What fields that hold another item’s id lead to, by field: published items alone, one level deep, as this site would be sent them. Left out where there is none.' }),
      }),
    ),
  })
  .register(named, { id: 'Content', description: 'What a site should show now, in order: the same bytes that a run would send.' })

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
    code: z.enum(problemCodes).meta({ description: 'For programs: stable.' }),
    errors: z
      .array(z.object({ pointer: z.string(), detail: z.string() }))
      .optional()
      .meta({ description: 'Where the body is wrong (JSON Pointer), and how.' }),
    'violated-policies': z.array(z.string()).optional(),
  })
  .register(named, { id: 'Problem', description: 'Problem details, RFC 9457.' })
