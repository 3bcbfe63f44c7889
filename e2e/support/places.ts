import type { Browser, Page } from 'playwright-core'
import { accessToken, loadDemo, newPerson, signUp, type Person } from './person.ts'
import { settled } from './settle.ts'

// Every page of the product, in one table: what axe reads (e2e/pages.test.ts) is what the pictures show (e2e/screenshots.ts),
// so that a page cannot be in one and missing in the other.

export interface Place {
  name: string
  path: string
  /** What stands over the page, and how one gets there. */
  dialog?: { open: (page: Page) => Promise<void>; role: 'dialog' | 'alertdialog' }
}

export interface Ground {
  person: Person
  places: Place[]
}

export interface App {
  app_url: string
  api_url: string
  publishable_key: string
}

/** Goes to a place and waits until it stands there. An error names the place. */
export async function visit(page: Page, app_url: string, { name, path, dialog }: Place): Promise<void> {
  try {
    await page.goto(app_url + path)
    if (dialog === undefined) return await settled(page)
    await dialog.open(page)
    await page.getByRole(dialog.role).waitFor()
  } catch (cause) {
    throw new Error(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

/** Somebody with the demo data and one run of it, and every place there is to look at. */
export async function openGround(browser: Browser, app: App): Promise<Ground> {
  // Motion explains changes; here nothing should be in the middle of one.
  const person = await newPerson(browser, { reducedMotion: 'reduce' })
  await signUp(person, app.app_url)
  await loadDemo(person)
  const token = await accessToken(person)
  const api = async <T = unknown>(path: string, init: RequestInit = {}): Promise<T> => {
    const answer = await fetch(`${app.api_url}${path}`, {
      ...init,
      headers: { apikey: app.publishable_key, authorization: `Bearer ${token}`, 'content-type': 'application/json', prefer: 'return=representation' },
    })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    const text = await answer.text()
    return (text === '' ? undefined : JSON.parse(text)) as T
  }
  const ended = async (job: string): Promise<void> => {
    for (const deadline = Date.now() + 60_000; Date.now() < deadline; ) {
      const [run] = await api<{ finished_at: string | null }[]>(`/rest/v1/sync_jobs?id=eq.${job}&select=finished_at`)
      if (run?.finished_at !== null) return
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error('the run did not end')
  }
  await api('/rest/v1/sites?slug=neq.none', { method: 'PATCH', body: JSON.stringify({ failure_rate: 0, fail_next: 0 }) })
  const { job_id } = await api<{ job_id: string }>('/rest/v1/rpc/start_sync', { method: 'POST', body: '{}' })
  await api('/functions/v1/sync', { method: 'POST', body: JSON.stringify({ job_id }) })
  await ended(job_id)
  const again = await api<{ job_id: string }>('/rest/v1/rpc/start_sync', { method: 'POST', body: JSON.stringify({ options: { force: true } }) })
  await api('/functions/v1/sync', { method: 'POST', body: JSON.stringify({ job_id: again.job_id }) })
  // What a site has accepted is part of the plan: while a run goes on, a plan is out of date at once.
  await ended(again.job_id)
  await api('/rest/v1/rpc/set_approval_rule', { method: 'POST', body: JSON.stringify({ required: true }) })
  const { hash } = await api<{ hash: string }>('/rest/v1/rpc/plan_sync', { method: 'POST', body: '{}' })
  const { id: approval } = await api<{ id: string }>('/rest/v1/rpc/request_approval', { method: 'POST', body: JSON.stringify({ plan_hash: hash, note: 'For Monday, agreed with marketing.', force: true }) })
  const schedules: string[] = []
  for (const schedule of [
    { name: 'Office hours', cron: '*/15 8-18 * * 1-5', time_zone: 'Europe/Berlin' },
    { name: 'Monday morning', cron: '0 9 * * 1', time_zone: 'America/Chicago' },
  ]) {
    schedules.push(await api<string>('/rest/v1/rpc/save_schedule', { method: 'POST', body: JSON.stringify({ schedule }) }))
  }
  const rule = await api<string>('/rest/v1/rpc/save_alert_rule', { method: 'POST', body: JSON.stringify({ rule: { kind: 'run', name: 'Runs that fail', emails: ['ops@example.test'] } }) })
  await api('/functions/v1/alerts', { method: 'POST', body: JSON.stringify({ rule_id: rule, action: 'test' }) })
  await api('/rest/v1/rpc/run_schedule_now', { method: 'POST', body: JSON.stringify({ schedule_id: schedules[0] }) })
  const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString()
  await api('/rest/v1/content_items?title=eq.Veterans%20Day%20Special', { method: 'PATCH', body: JSON.stringify({ publish_at: inDays(2), unpublish_at: inDays(5) }) })
  const [item] = await api<{ id: string }[]>('/rest/v1/content_items?select=id&title=eq.Free%20Installation')
  const [site] = await api<{ id: string }[]>('/rest/v1/sites?select=id&slug=eq.facebook')
  const [type] = await api<{ id: string }[]>('/rest/v1/content_types?select=id&name=eq.offer_banner')
  return { person, places: placesOf({ type: type?.id ?? '', item: item?.id ?? '', site: site?.id ?? '', job: job_id, schedule: schedules[0] ?? '', again: again.job_id, approval }) }
}

/** Once, as soon as there is something to see: what answers is loaded with the first key, and hears that key too. */
async function pressHelp(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  await page.keyboard.press('?')
}

/** Add a page here, and both will look at it. Names are file names too: lower case, words with spaces. */
function placesOf({ type, item, site, job, schedule, again, approval }: Record<'type' | 'item' | 'site' | 'job' | 'schedule' | 'again' | 'approval', string>): Place[] {
  return [
    { name: 'home', path: '/' },
    { name: 'content', path: '/content' },
    { name: 'items found', path: '/content?status=draft,scheduled,published&site=any&sort=title' },
    {
      name: 'selected items',
      path: '/content',
      dialog: {
        open: async (page) => {
          await page.getByRole('checkbox', { name: /^Select all [1-9]/ }).click()
          await page.getByRole('toolbar', { name: 'Selected items' }).getByRole('button', { name: 'Delete' }).click()
        },
        role: 'alertdialog',
      },
    },
    { name: 'import items', path: '/content', dialog: { open: (page) => page.getByRole('button', { name: 'Import', exact: true }).click(), role: 'dialog' } },
    { name: 'content types', path: '/content/types' },
    { name: 'content type', path: `/content/types/${type}` },
    { name: 'new content type', path: '/content/types/new' },
    { name: 'content templates', path: '/content/types/templates?template=product_highlight' },
    {
      name: 'add a field',
      path: `/content/types/${type}`,
      dialog: {
        open: async (page) => {
          await page.getByRole('button', { name: 'Add field' }).click()
          await page.getByRole('button', { name: /^Rich text/ }).click()
          await page.getByRole('textbox', { name: 'Label' }).fill('Story')
          await page.getByRole('toolbar', { name: 'Format Story' }).or(page.getByText('Preview', { exact: true })).filter({ visible: true }).first().waitFor()
          await page.getByRole('button', { name: 'Add field' }).click()
        },
        role: 'dialog',
      },
    },
    {
      name: 'what a change touches',
      path: `/content/types/${type}`,
      dialog: {
        open: async (page) => {
          await page.getByRole('button', { name: 'More for “Theme”' }).click()
          await page.getByRole('menuitem', { name: 'Remove' }).click()
          await page.getByRole('button', { name: 'Save type' }).click()
        },
        role: 'dialog',
      },
    },
    { name: 'import a content type', path: '/content/types', dialog: { open: (page) => page.getByRole('button', { name: 'Import' }).click(), role: 'dialog' } },
    { name: 'content item', path: `/content/${item}` },
    { name: 'content item as on the site', path: `/content/${item}?tab=preview` },
    { name: 'content item history', path: `/content/${item}?tab=history`, dialog: { open: async () => undefined, role: 'dialog' } },
    { name: 'content item quick preview', path: `/content?preview=${item}`, dialog: { open: async () => undefined, role: 'dialog' } },
    { name: 'sites', path: '/sites' },
    { name: 'site', path: `/sites/${site}` },
    { name: 'destination viewer', path: `/sites/${site}/content` },
    { name: 'history of a site', path: `/sites/${site}/history` },
    { name: 'connection of a site', path: `/sites/${site}/connection` },
    { name: 'receiver kit', path: `/sites/${site}/receiver` },
    { name: 'verifier', path: `/sites/${site}/verify` },
    { name: 'mappings', path: '/mappings' },
    { name: 'mappings preview', path: '/mappings?panel=preview' },
    { name: 'mappings order', path: '/mappings?panel=order' },
    { name: 'mappings keys', path: '/mappings', dialog: { open: pressHelp, role: 'dialog' } },
    { name: 'review', path: '/review' },
    { name: 'approval', path: `/review?approval=${approval}` },
    { name: 'approvals', path: '/jobs/approvals' },
    { name: 'compare runs', path: `/jobs/compare?a=${job}&b=${again}` },
    { name: 'jobs', path: '/jobs' },
    { name: 'job', path: `/jobs/${job}` },
    { name: 'schedules', path: '/jobs/schedules' },
    { name: 'calendar', path: '/jobs/calendar' },
    { name: 'calendar by week', path: '/jobs/calendar?view=week' },
    { name: 'calendar as list', path: '/jobs/calendar?view=list' },
    { name: 'schedule', path: `/jobs/schedules/${schedule}`, dialog: { open: async (page) => page.getByRole('region', { name: 'History' }).waitFor(), role: 'dialog' } },
    {
      name: 'new schedule',
      path: '/jobs/schedules',
      dialog: {
        open: async (page) => {
          await page.getByRole('button', { name: 'New schedule' }).click()
          await page.getByLabel('Say it in words').fill('every weekday at 9:00 in Chicago sharp')
        },
        role: 'dialog',
      },
    },
    { name: 'alerts', path: '/alerts' },
    { name: 'alert rules', path: '/settings/alerts' },
    { name: 'settings', path: '/settings' },
    { name: 'members', path: '/settings/members' },
    { name: 'api keys', path: '/settings/api-keys' },
    { name: 'audit log', path: '/settings/audit' },
    { name: 'account', path: '/settings/account' },
    { name: 'another organization', path: '/welcome' },
    { name: 'not found', path: '/no-such-page' },
    { name: 'import an organization', path: '/welcome?import', dialog: { open: async () => undefined, role: 'dialog' } },
    {
      name: 'delete the organization',
      path: '/settings',
      dialog: { open: (page) => page.getByRole('button', { name: 'Delete organization' }).click(), role: 'alertdialog' },
    },
    {
      name: 'confirm that it is you',
      path: '/settings/account',
      dialog: {
        open: async (page) => {
          await page.getByLabel('New password').fill('a much better password')
          await page.getByRole('button', { name: 'Change password' }).click()
        },
        role: 'dialog',
      },
    },
    {
      name: 'bell',
      path: '/sites',
      dialog: { open: (page) => page.getByRole('button', { name: /^Alerts/ }).click(), role: 'dialog' },
    },
    {
      name: 'new alert rule',
      path: '/settings/alerts',
      dialog: { open: (page) => page.getByRole('button', { name: 'New rule' }).click(), role: 'dialog' },
    },
    {
      name: 'command palette',
      path: '/sites',
      dialog: {
        open: async (page) => {
          await page.getByRole('heading', { level: 1 }).waitFor()
          await page.keyboard.press('Control+k')
        },
        role: 'dialog',
      },
    },
    {
      name: 'keyboard shortcuts',
      path: '/',
      dialog: {
        open: pressHelp,
        role: 'dialog',
      },
    },
  ]
}
