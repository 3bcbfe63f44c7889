/** Who may call which verb, and what everybody else is answered: stated by hand, for every function that the Data API shows. */
import { randomUUID } from 'node:crypto'
import type { Sql } from 'postgres'
import { addMember } from '../support/actors.ts'
import { isAtLeast, isMember, neverDue, type Actor, type Ids, type MatrixWorld, type Minimum } from './matrix-actors.ts'
import { describeAnswer, rpcCall, send, type Answer } from './matrix-http.ts'
import type { Letter } from './matrix-report.ts'

type Args = Record<string, unknown>

export interface Verb {
  /** `person`: whoever is signed in, about what is theirs alone. */
  may: 'everybody' | 'person' | Minimum
  /** With A's ids, and in the form that would do the most harm. */
  args?: (ids: Ids) => Args
  /** What those who may send instead: it gets past every check of rights, and leaves A as it is. */
  harmless?: (ids: Ids) => Args
  /** What they are answered: `ok`, or the code of a rule that has nothing to do with rights. */
  gets?: string
  /** What an admin elsewhere is answered: `own`, about the organization of that admin; `empty`; or the code for what does not exist. */
  stranger?: string
  /** Puts back what an allowed call has changed. */
  restore?: (world: MatrixWorld, actor: Actor) => Promise<void>
}

const noSuch = { item: 'DS085', approval: 'DS100', type: 'DS070', site: 'DS032', run: 'DS034', delivery: 'DS037', member: 'DS049', invitation: 'DS046', key: 'DS056', alertRule: 'DS106' }

export const verbs: Record<string, Verb> = {
  // What everybody may see: pages on the open web.
  landing_page: { may: 'everybody', args: ({ organizationSlug, siteSlug }) => ({ org_slug: organizationSlug, site_slug: siteSlug }) },

  // One's own account.
  accept_invitation: { may: 'person', args: ({ invitationToken }) => ({ token: invitationToken }), gets: 'DS048' },
  account_deletion: { may: 'person' },
  create_organization: { may: 'person', args: () => ({ name: '' }), gets: 'DS004' },
  delete_account: { may: 'person', args: () => ({ confirmation: 'not my address' }), gets: 'DS053' },
  end_session: { may: 'person', args: ({ session }) => ({ session_id: session }), harmless: () => ({ session_id: randomUUID() }), gets: 'DS061', stranger: 'DS061' },
  import_organization: { may: 'person', args: () => ({ document: {}, name: 'Copied' }), gets: 'DS058' },
  invitation: { may: 'person', args: ({ invitationToken }) => ({ token: invitationToken }) },
  my_sessions: { may: 'person' },
  switch_organization: { may: 'person', args: ({ organization }) => ({ organization_id: organization }), stranger: 'DS006' },

  // Reading.
  alert_inbox: { may: 'viewer', stranger: 'own' },
  alert_summary: { may: 'viewer', stranger: 'own' },
  compare_deliveries: { may: 'viewer', args: ({ delivery }) => ({ before_id: delivery, after_id: delivery }), stranger: noSuch.delivery },
  calendar: {
    may: 'viewer', args: () => ({ range_start: new Date(Date.now() - 86_400_000).toISOString(), range_end: new Date(Date.now() + 86_400_000).toISOString() }), stranger: 'own',
  },
  changed_bases: { may: 'viewer', stranger: 'own' },
  dashboard: { may: 'viewer', stranger: 'own' },
  find_jobs: { may: 'viewer', args: () => ({ filter: {} }), stranger: 'own' },
  plan_replay: { may: 'viewer', args: ({ site }) => ({ filter: { site_ids: [site] } }), stranger: 'empty' },
  item_documents: { may: 'viewer', args: ({ item }) => ({ ids: [item] }), stranger: 'empty' },
  list_items: { may: 'viewer', args: ({ site }) => ({ filter: { sites: [site] } }), stranger: 'empty' },
  plan_sync: { may: 'viewer', args: ({ site }) => ({ site_ids: [site] }), stranger: noSuch.site },
  preview_item: { may: 'viewer', args: ({ site, item }) => ({ site_id: site, item_id: item, title: 'x', data: {} }), stranger: noSuch.site },
  preview_payload: { may: 'viewer', args: ({ site }) => ({ site_id: site }), stranger: noSuch.site },
  site_health: { may: 'viewer', stranger: 'own' },
  site_rollbacks: { may: 'viewer', args: ({ site }) => ({ site_id: site }), stranger: 'empty' },
  site_versions: { may: 'viewer', args: ({ site }) => ({ site_id: site }), stranger: 'empty' },
  leave_organization: { may: 'viewer', stranger: 'own', restore: rejoin },
  mark_alerts: { may: 'viewer', args: ({ alertEvent }) => ({ event_ids: [alertEvent] }), harmless: () => ({ event_ids: [randomUUID()] }), stranger: 'empty' },
  note_first_step: { may: 'viewer', args: () => ({ step: 'dismiss' }), harmless: () => ({ step: 'none' }), gets: 'DS109', stranger: 'own' },

  // One's own unsaved work, and what becomes of it.
  discard_working_copy: { may: 'viewer', args: ({ workingCopy }) => ({ copy_id: workingCopy }), harmless: () => ({ copy_id: randomUUID() }), stranger: 'empty' },
  keep_working_copy: {
    may: 'editor', args: ({ item }) => ({ title: 'x', data: {}, item_id: item, base_revision: 1 }), harmless: () => ({ title: 'x', data: {}, item_id: randomUUID() }),
    gets: noSuch.item, stranger: noSuch.item,
  },
  restore_revision: { may: 'editor', args: ({ item }) => ({ item_id: item, revision: 1 }), harmless: () => ({ item_id: randomUUID(), revision: 1 }), gets: noSuch.item, stranger: noSuch.item },
  save_item: {
    may: 'editor', args: ({ item }) => ({ item_id: item, title: 'x', data: {}, status: 'archived', known_revision: 1 }),
    harmless: () => ({ item_id: randomUUID(), title: 'x', data: {}, status: 'draft' }), stranger: 'empty',
  },

  // Content types.
  plan_type_change: { may: 'editor', args: ({ type }) => ({ type_id: type, schema: { type: 'object', properties: {} } }), stranger: noSuch.type },
  rename_field: {
    may: 'editor', args: ({ type }) => ({ type_id: type, from_name: 'headline', to_name: 'stolen' }),
    harmless: ({ type }) => ({ type_id: type, from_name: 'headline', to_name: 'headline' }), stranger: noSuch.type,
  },
  // Over another revision than the one that is there.
  save_type: {
    may: 'editor', args: ({ type }) => ({ type_id: type, schema: { type: 'object', properties: {} }, expected_revision: 1, options: { remove_data: true, accept_invalid: true } }),
    harmless: ({ type }) => ({ type_id: type, schema: { type: 'object', properties: {} }, expected_revision: 0 }), gets: 'DS071', stranger: noSuch.type,
  },

  // Running and editing.
  cancel_sync: { may: 'editor', args: ({ job }) => ({ job_id: job }), gets: 'DS035', stranger: noSuch.run },
  check_drift: { may: 'editor', args: ({ site }) => ({ site_ids: [site] }), stranger: 'empty' },
  lift_hold: { may: 'editor', args: ({ site }) => ({ site_id: site }), stranger: noSuch.site },
  delete_items: { may: 'editor', args: ({ item }) => ({ ids: [item] }), harmless: () => ({ ids: [] }), stranger: 'empty' },
  duplicate_items: { may: 'editor', args: ({ item }) => ({ ids: [item] }), harmless: () => ({ ids: [] }), stranger: 'empty' },
  import_items: { may: 'editor', args: () => ({ import_id: randomUUID() }), gets: 'DS081', stranger: 'DS081' },
  plan_item_import: { may: 'editor', args: ({ type }) => ({ document: { type_id: type, rows: [] } }), harmless: () => ({ document: {} }), gets: 'DS081', stranger: 'DS081' },
  restore_items: { may: 'editor', args: () => ({ batch: randomUUID() }), gets: 'DS083', stranger: 'DS083' },
  // Items of others are counted as missing.
  set_item_statuses: { may: 'editor', args: ({ item }) => ({ changes: [{ id: item, status: 'archived' }] }), harmless: () => ({ changes: [] }), stranger: 'own' },
  load_demo_data: { may: 'editor', stranger: 'own' },
  order_site_items: { may: 'editor', args: ({ site, item }) => ({ site_id: site, item_ids: [item] }), harmless: ({ site }) => ({ site_id: site, item_ids: [] }), stranger: noSuch.site },
  replay_deliveries: {
    may: 'editor', args: ({ site }) => ({ filter: { site_ids: [site] } }), harmless: () => ({ filter: { site_ids: [randomUUID()] } }), gets: 'DS036', stranger: 'DS036',
  },
  replay_delivery: { may: 'editor', args: ({ delivery }) => ({ delivery_id: delivery }), harmless: () => ({ delivery_id: randomUUID() }), gets: noSuch.delivery, stranger: noSuch.delivery },
  // The rule is off in A: nothing is asked, and nothing is started by asking.
  request_approval: { may: 'editor', args: ({ site }) => ({ site_ids: [site], plan_hash: 'another' }), gets: 'DS103', stranger: noSuch.site },
  retry_failed: { may: 'editor', args: ({ job }) => ({ job_id: job }), gets: 'DS039', stranger: noSuch.run },
  rollback_site: {
    may: 'editor', args: ({ site, delivery }) => ({ site_id: site, delivery_id: delivery }), harmless: ({ site }) => ({ site_id: site, delivery_id: randomUUID() }),
    gets: noSuch.delivery, stranger: noSuch.delivery,
  },
  set_mappings: {
    may: 'editor', args: ({ site, item }) => ({ cells: [{ site_id: site, item_id: item, mode: 'block' }] }), harmless: () => ({ cells: [] }), stranger: 'DS031',
  },
  set_sites_enabled: { may: 'editor', args: ({ site }) => ({ site_ids: [site], enabled: true }), stranger: noSuch.site },
  start_sync: {
    may: 'editor', args: ({ site }) => ({ site_ids: [site], options: { force: true } }), harmless: ({ site }) => ({ site_ids: [site], options: { expected_plan_hash: 'another' } }),
    gets: 'DS012', stranger: noSuch.site,
  },
  withdraw_approval: { may: 'editor', args: ({ approval }) => ({ approval_id: approval }), harmless: () => ({ approval_id: randomUUID() }), gets: noSuch.approval, stranger: noSuch.approval },

  // Members, keys, schedules, settings.
  change_member_role: { may: 'admin', args: ({ member }) => ({ user_id: member, role: 'viewer' }), stranger: noSuch.member },
  create_api_key: { may: 'admin', args: () => ({ name: 'Mine', scopes: ['content:read', 'sync:run'] }), harmless: () => ({ name: 'Mine', scopes: [] }), gets: 'DS055', stranger: 'own' },
  create_invitation: { may: 'admin', args: () => ({ email: 'mallory@example.com', role: 'admin' }), harmless: () => ({ email: 'mallory', role: 'admin' }), gets: 'DS044', stranger: 'own' },
  decide_approval: { may: 'admin', args: ({ approval }) => ({ approval_id: approval, approve: true }), harmless: () => ({ approval_id: randomUUID(), approve: true }), gets: noSuch.approval, stranger: noSuch.approval },
  delete_alert_rule: { may: 'admin', args: ({ alertRule }) => ({ rule_id: alertRule }), harmless: () => ({ rule_id: randomUUID() }), gets: noSuch.alertRule, stranger: noSuch.alertRule },
  export_organization: { may: 'admin', stranger: 'own' },
  remove_member: { may: 'admin', args: ({ member }) => ({ user_id: member }), harmless: () => ({ user_id: randomUUID() }), gets: noSuch.member, stranger: noSuch.member },
  renew_invitation: { may: 'admin', args: ({ invitation }) => ({ invitation_id: invitation }), harmless: () => ({ invitation_id: randomUUID() }), gets: noSuch.invitation, stranger: noSuch.invitation },
  revoke_api_key: { may: 'admin', args: ({ apiKey }) => ({ key_id: apiKey }), harmless: () => ({ key_id: randomUUID() }), gets: noSuch.key, stranger: noSuch.key },
  revoke_invitation: { may: 'admin', args: ({ invitation }) => ({ invitation_id: invitation }), harmless: () => ({ invitation_id: randomUUID() }), gets: noSuch.invitation, stranger: noSuch.invitation },
  run_schedule_now: { may: 'admin', args: ({ schedule }) => ({ schedule_id: schedule }), harmless: () => ({ schedule_id: randomUUID() }), gets: 'DS042', stranger: 'DS042' },
  save_alert_rule: {
    may: 'admin', args: ({ alertRule }) => ({ rule: { id: alertRule, name: 'Mine', webhook_url: 'https://evil.example' } }), harmless: () => ({ rule: { id: randomUUID(), name: 'Mine' } }),
    gets: noSuch.alertRule, stranger: noSuch.alertRule,
  },
  save_schedule: { may: 'admin', args: ({ schedule, site }) => ({ schedule: { ...neverDue([site]), id: schedule } }), stranger: 'DS042' },
  set_approval_rule: { may: 'admin', args: () => ({ required: false }), stranger: 'own' },
  set_audit_retention: { may: 'admin', args: () => ({ days: null }), stranger: 'own' },
  set_retention: { may: 'admin', args: () => ({ days: 90 }), stranger: 'own' },
  verify_audit_log: { may: 'admin', stranger: 'own' },

  // The owner's.
  delete_organization: { may: 'owner', args: ({ organizationSlug }) => ({ confirmation: organizationSlug }), harmless: () => ({ confirmation: 'not its name' }), gets: 'DS053', stranger: 'DS053' },
  transfer_ownership: { may: 'owner', args: ({ member }) => ({ user_id: member }), harmless: () => ({ user_id: randomUUID() }), gets: noSuch.member, stranger: noSuch.member },
}

/** For the engine and the functions, which hold a key of the service; for no user, whoever it is. */
export const serviceVerbs = [
  'api_content', 'api_start_sync', 'api_sync', 'begin_site_test', 'claim_alert_messages', 'claim_deliveries', 'custom_access_token_hook', 'due_schedules', 'end_secret_overlap', 'engine_health', 'evaluate_alerts', 'exchange_deliveries',
  'next_wait_ms', 'queue_alert_test', 'receive_delivery', 'record_alert_message', 'record_attempts', 'record_drift', 'record_site_test', 'release_deliveries', 'renew_leases', 'rotate_site_secret', 'run_schedule', 'site_secret_event',
  'site_signing_secrets', 'sites_to_ask', 'store_alert_secret', 'store_site_secret', 'take_api_request', 'take_simulated_failure', 'tick',
]

/** Owners stay; everybody else is taken in again as before. */
async function rejoin({ sql, a }: MatrixWorld, { userId, standing }: Actor): Promise<void> {
  if (userId === null || standing === 'owner' || !isMember(standing)) return
  const still = await sql`select from public.memberships where organization_id = ${a.organization.id} and user_id = ${userId}`
  if (still.length > 0) throw new Error('nobody has left')
  await addMember(sql, { userId, email: '' }, a.organization, standing as 'viewer' | 'editor' | 'admin')
}

export interface Outcome {
  letter: Letter
  /** `ok`, `empty`, or the code of the refusal. */
  code: string
}

/** What an actor is answered who sends `args`, or `harmless` where the outcome is `+` or `o`. */
export function outcomeOf(name: string, actor: Actor): Outcome {
  const verb = verbs[name]
  const { standing } = actor
  if (standing === 'unverified') return { letter: '-', code: actor.name === 'expired' ? 'PGRST303' : 'PGRST301' }
  if (verb?.may === 'everybody') return { letter: '+', code: 'ok' }
  if (standing === 'visitor') return { letter: '-', code: '42501' }
  if (verb === undefined) return { letter: 'x', code: '42501' }
  if (standing === 'ended') return { letter: '-', code: 'PT401' }
  const gets = verb.gets ?? 'ok'
  if (verb.may === 'person') {
    if (verb.stranger !== undefined && (verb.gets !== undefined || !isMember(standing))) return { letter: '.', code: verb.stranger }
    return { letter: name === 'accept_invitation' ? 'x' : 'o', code: gets }
  }
  if (standing === 'nobody') return { letter: 'x', code: 'DS001' }
  if (standing === 'stranger') {
    if (verb.stranger === 'own') return { letter: 'o', code: name === 'leave_organization' ? 'DS051' : 'ok' }
    return { letter: verb.stranger === 'DS053' ? 'o' : '.', code: verb.stranger ?? '' }
  }
  if (isAtLeast(standing, verb.may)) return { letter: '+', code: name === 'leave_organization' && standing === 'owner' ? 'DS051' : gets }
  return { letter: 'x', code: verb.may === 'owner' && standing === 'admin' ? 'DS052' : 'DS002' }
}

export interface LiveVerb {
  name: string
  args: { name: string; type: string }[]
}

export async function liveVerbs(sql: Sql): Promise<LiveVerb[]> {
  const rows = await sql<LiveVerb[]>`
    select p.proname as name, coalesce((
      select jsonb_agg(jsonb_build_object('name', p.proargnames[o], 'type', format_type(t, null)) order by o)
      from unnest(p.proargtypes::oid[]) with ordinality x(t, o)), '[]') as args
    from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prokind in ('f', 'p') order by 1`
  return rows.map((row) => ({ ...row }))
}

/** Something of the right type for every argument; where it can be an id it is one of A's. */
export function argsFor({ args }: LiveVerb, { site }: Ids): Args {
  const values: Record<string, unknown> = {
    uuid: site, 'uuid[]': [site], text: 'x', 'text[]': [], integer: 1, bigint: 1, 'bigint[]': [], boolean: false, jsonb: {}, bytea: '\\x00', interval: '0', 'timestamp with time zone': null,
  }
  return Object.fromEntries(args.map(({ name, type }) => {
    if (!(type in values)) throw new Error(`say what is sent for an argument of type ${type}`)
    return [name, values[type]]
  }))
}

export async function callVerb(world: MatrixWorld, actor: Actor, live: LiveVerb, ids: Ids): Promise<Answer> {
  const verb = verbs[live.name]
  if (verb === undefined) return send(world, actor, rpcCall(live.name, argsFor(live, ids)))
  const { letter } = outcomeOf(live.name, actor)
  // The owner's own session is what the ids name, and is still needed.
  const args = letter === '+' || actor.standing === 'owner' ? (verb.harmless ?? verb.args) : verb.args
  return send(world, actor, rpcCall(live.name, args?.(ids) ?? {}))
}

export function problemsOfCall(world: MatrixWorld, name: string, actor: Actor, answer: Answer): string[] {
  const { letter, code } = outcomeOf(name, actor)
  const problems: string[] = []
  const isOk = answer.status >= 200 && answer.status <= 299
  const got = isOk ? 'ok' : answer.code
  if (got !== (code === 'empty' ? 'ok' : code)) problems.push(`is stated as "${letter}" ${code} and was ${describeAnswer(answer)}`)
  if (code === 'empty' && isOk && JSON.stringify(answer.body).match(/[1-9]|true/) !== null) problems.push(`is stated as empty and was ${describeAnswer(answer)}`)
  if (letter === '-' && answer.status !== 401) problems.push(`is stated as 401 and was ${answer.status}`)
  if (code === '42501' && answer.message !== `permission denied for function ${name}`) problems.push(`was refused in other words: ${answer.message}`)
  // Somebody else's answer never names what is A's; the holder of an invitation's token may read what it is for.
  const names = [world.a.organization.id, world.a.ids.job, world.a.owner.email]
  const mayName = letter === '+' || ['invitation', 'accept_invitation', 'account_deletion', 'switch_organization'].includes(name)
  if (!mayName) problems.push(...names.filter((text) => answer.text.includes(text)).map((text) => `the answer names ${text}`))
  return problems
}
