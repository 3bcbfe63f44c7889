/** Providers whose domain says nothing about where a person works. */
const PUBLIC_MAIL = new Set([
  'gmail', 'googlemail', 'outlook', 'hotmail', 'live', 'yahoo', 'icloud', 'me', 'aol', 'proton', 'protonmail', 'gmx', 'web', 'mail', 'fastmail', 'zoho', 'yandex', 'qq',
])
/** Second-level labels that belong to the ending: example.co.uk is "example". */
const ENDINGS = new Set(['co', 'com', 'org', 'net', 'ac', 'gov', 'edu'])

/** A first guess at an organization's name: from the domain of the e-mail address, else from the person's name, else none. */
export function suggestName(email: string | undefined, fullName: string | undefined): string {
  const labels = (email?.split('@')[1] ?? '').toLowerCase().split('.').filter(Boolean)
  labels.pop()
  if (labels.length > 1 && ENDINGS.has(labels.at(-1) ?? '')) labels.pop()
  const domain = labels.at(-1)
  if (domain !== undefined && !PUBLIC_MAIL.has(domain)) {
    return domain.split('-').filter(Boolean).map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ')
  }
  const person = fullName?.trim() ?? ''
  return person === '' ? '' : `${person}${person.endsWith('s') ? '’' : '’s'} team`
}
