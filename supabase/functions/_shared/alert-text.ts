import type { AlertEvent, AlertMessage, AlertSubject } from './alerts-database.ts'
import type { Mail } from './mail.ts'

/** What a message says: as a mail, and as the body of a webhook. Neither holds content, secrets or addresses of sites. */

export interface AlertLinks {
  /** Where whatever it is about can be seen; null where the deployment does not say where its app is. */
  subject: string | null
  /** Where the rule can be changed, muted or switched off. */
  settings: string | null
}

const segment = encodeURIComponent

/** In the app's own addresses (src/lib/paths.ts). */
export function alertLinks({ job_id, kind, subjects, subject_count }: Pick<AlertEvent, 'job_id' | 'kind' | 'subjects' | 'subject_count'>, appUrl: string | null): AlertLinks {
  if (appUrl === null) return { subject: null, settings: null }
  const [first] = subjects
  const path =
    job_id !== null ? `/jobs/${segment(job_id)}`
    : kind === 'schedule' ? '/jobs/schedules'
    : kind === 'site' && first !== undefined && subject_count === 1 ? `/sites/${segment(first.id)}`
    : kind === 'site' ? '/sites'
    : '/alerts'
  return { subject: `${appUrl}${path}`, settings: `${appUrl}/settings/alerts` }
}

/** `2026-11-21 08:20 UTC` */
function inUtc(at: string): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

const stateWords = { firing: 'Firing', recovered: 'Recovered', test: 'Test' } as const

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const lineOf = ({ name, detail }: Pick<AlertSubject, 'name' | 'detail'>): string => (detail === '' ? name : `${name}: ${detail}`)

/** Titles are ours, but names in them are people's: a line break would begin another header. */
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()

export function composeMail({ id, recipient, organization, event }: Pick<AlertMessage, 'id' | 'recipient' | 'organization' | 'event'>, appUrl: string | null): Mail {
  const links = alertLinks(event, appUrl)
  const word = stateWords[event.state]
  const title = oneLine(event.title)
  const more = event.subject_count - event.subjects.length
  const lines = event.subject_count > 1 || event.detail === '' ? [...event.subjects.map(lineOf), ...(more > 0 ? [`and ${more} more`] : [])] : [capitalized(event.detail)]
  const facts = `${word} since ${inUtc(event.at)}`.replace(/^(Recovered|Test) since/, '$1 at')
  const why = `You get this mail because the rule "${oneLine(event.rule_name)}" of ${oneLine(organization.name)} names your address.`
  const text = [
    title,
    '',
    ...lines.map((line) => (event.subject_count > 1 ? `- ${oneLine(line)}` : oneLine(line))),
    ...(lines.length > 0 ? [''] : []),
    `${facts}, ${oneLine(organization.name)}`,
    ...(links.subject === null ? [] : ['', `Look at it: ${links.subject}`]),
    '',
    '--',
    why,
    ...(links.settings === null ? [] : [`Change, mute or stop it: ${links.settings}`]),
  ].join('\n')
  return {
    id,
    to: recipient,
    subject: `[${word}] ${title} (${oneLine(organization.name)})`.slice(0, 300),
    text: `${text}\n`,
    html: htmlOf({ title, state: event.state, lines, facts, organization: organization.name, why, links }),
  }
}

const tones = { firing: '#b42318', recovered: '#15803d', test: '#0f6e84' } as const

interface Page {
  title: string
  state: AlertEvent['state']
  lines: readonly string[]
  facts: string
  organization: string
  why: string
  links: AlertLinks
}

/** Tables and inline styles, because mail programs know little else; readable without any of it. */
function htmlOf({ title, state, lines, facts, organization, why, links }: Page): string {
  const list = lines.map((line) => `<p style="margin:0 0 6px;color:#57534e">${escapeHtml(oneLine(line))}</p>`).join('')
  const button =
    links.subject === null
      ? ''
      : `<p style="margin:20px 0 0"><a href="${escapeHtml(links.subject)}" style="display:inline-block;padding:8px 14px;border-radius:6px;background:#0f6e84;color:#ffffff;text-decoration:none;font-weight:600">Look at it</a></p>`
  const settings = links.settings === null ? '' : ` <a href="${escapeHtml(links.settings)}" style="color:#0b5566">Change, mute or stop it</a>.`
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title></head>
<body style="margin:0;padding:24px 12px;background:#fafaf9;color:#1c1917;font:14px/20px -apple-system,'Segoe UI',Helvetica,Arial,sans-serif">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px;background:#ffffff;border:1px solid #e7e5e4;border-top:3px solid ${tones[state]};border-radius:8px"><tr><td style="padding:24px">
<p style="margin:0 0 4px;font-size:12px;font-weight:600;color:${tones[state]}">${stateWords[state]}</p>
<h1 style="margin:0 0 12px;font-size:18px;line-height:24px;font-weight:600">${escapeHtml(title)}</h1>
${list}
<p style="margin:12px 0 0;color:#57534e">${escapeHtml(facts)}, ${escapeHtml(oneLine(organization))}</p>
${button}
</td></tr></table>
<p style="max-width:560px;margin:16px auto 0;font-size:12px;line-height:18px;color:#57534e">${escapeHtml(why)}${settings}</p>
</td></tr></table>
</body>
</html>
`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** `{type, timestamp, data}`, as Standard Webhooks recommends. The same bytes for every try: signatures differ by their time alone. */
export function webhookBody({ organization, event }: Pick<AlertMessage, 'organization' | 'event'>, appUrl: string | null): string {
  const { id, rule_id, rule_name, kind, state, title, detail, subjects, subject_count, job_id, job_number, at } = event
  const links = alertLinks(event, appUrl)
  return JSON.stringify({
    type: `alert.${state}`,
    timestamp: new Date(at).toISOString(),
    data: {
      id,
      organization: { name: organization.name, slug: organization.slug },
      rule: { id: rule_id, name: rule_name, kind },
      state,
      title,
      detail,
      subjects,
      subject_count,
      run: job_id === null ? null : { id: job_id, number: job_number },
      url: links.subject,
    },
  })
}
