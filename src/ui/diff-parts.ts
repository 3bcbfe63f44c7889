export interface Parts {
  /** What both sides begin with. */
  start: string
  /** What is different; empty where the side adds nothing of its own, or where nothing is shared. */
  changed: string
  /** What both sides end with. */
  end: string
}

/** Texts that share less than this of the shorter one are two texts: marking nearly all of them would say nothing. */
const SHARED = 0.3

/** Where two texts differ, in whole words: the stretch between what they begin and what they end with alike. */
export function changedPart(before: string, after: string): [Parts, Parts] {
  const [was, willBe] = [words(before), words(after)]
  const most = Math.min(was.length, willBe.length)
  let start = 0
  while (start < most && was[start] === willBe[start]) start += 1
  let end = 0
  while (end < most - start && was[was.length - 1 - end] === willBe[willBe.length - 1 - end]) end += 1

  const cut = (all: string[]): Parts => ({
    start: all.slice(0, start).join(''),
    changed: all.slice(start, all.length - end).join(''),
    end: all.slice(all.length - end).join(''),
  })
  const [left, right] = [cut(was), cut(willBe)]
  const alike = left.start.length + left.end.length
  if (alike < SHARED * Math.min(before.length, after.length) || alike === 0) {
    return [{ start: before, changed: '', end: '' }, { start: after, changed: '', end: '' }]
  }
  return [left, right]
}

/** Words, and what stands between them. */
const words = (text: string): string[] => text.match(/[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu) ?? []
