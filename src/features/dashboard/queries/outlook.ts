import { isFields, list, number, numberOrNull, text, textOrNull, type Fields } from '@/lib/fields'
import { readFiring, type FiringRule } from '@/lib/queries/alert-summary'

/** What the home page shows beside its figures. Read by hand, as those are. */

export interface RunDuration {
  id: string
  number: number
  status: string
  ms: number
}

export interface SiteToLookAt {
  id: string
  name: string
  /** Why it is unhealthy; null: it is only behind. */
  trouble: string | null
  behind: boolean
  acceptedAt: string | null
}

export interface NextRun {
  kind: 'schedule' | 'window'
  id: string
  name: string
  /** null: a schedule just saved, whose first time is worked out within seconds. */
  at: string | null
  /** publish or drift; opens or closes. */
  what: string
  /** null: all of them. */
  sites: number | null
}

export interface Steps {
  dismissed: boolean
  type: boolean
  item: boolean
  site: boolean
  mapping: boolean
  review: boolean
  run: boolean
  landing: boolean
  /** The landing page to open; null where no site has one. */
  landingPage: { organizationSlug: string; siteSlug: string } | null
}

export interface Outlook {
  /** The oldest first. */
  durations: RunDuration[]
  attention: SiteToLookAt[]
  attentionCount: number
  unhealthy: number
  nextRuns: NextRun[]
  firing: FiringRule[]
  steps: Steps
}

export function readOutlook(rest: Fields): Outlook {
  return {
    durations: list(rest['durations']).filter(isFields).map((run) => ({ id: text(run['id']), number: number(run['number']), status: text(run['status']), ms: number(run['ms']) })),
    attention: list(rest['attention'])
      .filter(isFields)
      .map((site) => ({ id: text(site['id']), name: text(site['name']), trouble: textOrNull(site['trouble']), behind: site['behind'] === true, acceptedAt: textOrNull(site['accepted_at']) })),
    attentionCount: number(rest['attention_count']),
    unhealthy: number(rest['sites_unhealthy']),
    nextRuns: list(rest['next_runs'])
      .filter(isFields)
      .map((run) => ({ kind: run['kind'] === 'window' ? 'window' : 'schedule', id: text(run['id']), name: text(run['name']), at: textOrNull(run['at']), what: text(run['what']), sites: numberOrNull(run['sites']) })),
    firing: readFiring(rest['firing']),
    steps: readSteps(rest),
  }
}

/** For the decision whether the list of first steps is there at all, which is made with the first figures. */
export function readSteps(rest: Fields): Steps {
  const steps = isFields(rest['steps']) ? rest['steps'] : {}
  const is = (name: string) => steps[name] === true
  const siteSlug = textOrNull(steps['site_slug'])
  return {
    dismissed: is('dismissed'), type: is('type'), item: is('item'), site: is('site'), mapping: is('mapping'), review: is('review'), run: is('run'), landing: is('landing'),
    landingPage: siteSlug === null ? null : { organizationSlug: text(steps['organization_slug']), siteSlug },
  }
}
