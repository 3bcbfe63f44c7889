import type { ItemStatus } from '@/features/content/item-status'
import type { Deletion, StatusOutcome } from '@/features/content/queries/bulk'
import { count, formatNumber } from '@/lib/format'

const DONE: Record<ItemStatus, [one: string, many: string]> = {
  published: ['is published', 'are published'],
  draft: ['is a draft again', 'are drafts again'],
  archived: ['is archived', 'are archived'],
}

/** After the act: `"Autumn sale" is published`, `12 items are published`. */
export function statusDone(to: ItemStatus, n: number, title?: string): string {
  const [one, many] = DONE[to]
  return n === 1 ? `${title === undefined ? '1 item' : `"${title}"`} ${one}` : `${formatNumber(n)} items ${many}`
}

/** The rest of the sentence: what was so already, what is gone; undefined where there is nothing to add. */
export function statusRest({ unchanged, missing }: Pick<StatusOutcome, 'unchanged' | 'missing'>, to: ItemStatus): string | undefined {
  const so = to === 'draft' ? 'a draft' : to
  const rest = [
    unchanged === 0 ? '' : unchanged === 1 ? `1 was ${so} already.` : `${formatNumber(unchanged)} were ${to === 'draft' ? 'drafts' : to} already.`,
    missing === 0 ? '' : missing === 1 ? '1 was deleted meanwhile.' : `${formatNumber(missing)} were deleted meanwhile.`,
  ].filter((part) => part !== '')
  return rest.length === 0 ? undefined : rest.join(' ')
}

/** What goes along, before somebody says yes. */
export function deletionSentence({ items, published, mappings, sites, revisions, referring }: Deletion): string {
  const goes = [count('revision', revisions), ...(mappings === 0 ? [] : [`${count('mapping', mappings)} on ${count('site', sites)}`])].join(' and ')
  const its = items === 1 ? 'Its' : 'Their'
  return [
    `${its} ${goes} ${revisions + mappings === 1 ? 'goes' : 'go'} along.`,
    published === 0 ? '' : `${items === 1 ? 'It is' : published === items ? (items === 2 ? 'Both are' : 'All are') : `${formatNumber(published)} of them ${published === 1 ? 'is' : 'are'}`} published: sites that have ${items === 1 || published === 1 ? 'it' : 'them'} lose ${items === 1 || published === 1 ? 'it' : 'them'} with the next run.`,
    referring === 0 ? '' : `${count('other item', referring)} ${referring === 1 ? 'refers' : 'refer'} to ${items === 1 ? 'it' : 'them'}, and will have to choose another.`,
  ].filter((part) => part !== '').join(' ')
}
