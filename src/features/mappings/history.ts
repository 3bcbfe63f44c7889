/** Undo and redo of whole acts, in the order in which they were done. No React. */

export interface History<Act> {
  done: readonly Act[]
  undone: readonly Act[]
}

export const UNDO_DEPTH = 100

export const noHistory = <Act>(): History<Act> => ({ done: [], undone: [] })

/** Something new was done: what was undone before cannot be redone any more. */
export function record<Act>(history: History<Act>, act: Act): History<Act> {
  return { done: [...history.done.slice(1 - UNDO_DEPTH), act], undone: [] }
}

export function undo<Act>(history: History<Act>): { history: History<Act>; act: Act } | null {
  const act = history.done.at(-1)
  if (act === undefined) return null
  return { act, history: { done: history.done.slice(0, -1), undone: [...history.undone, act] } }
}

export function redo<Act>(history: History<Act>): { history: History<Act>; act: Act } | null {
  const act = history.undone.at(-1)
  if (act === undefined) return null
  return { act, history: { done: [...history.done, act], undone: history.undone.slice(0, -1) } }
}

/** It was refused: it never was. */
export function forget<Act>(history: History<Act>, act: Act): History<Act> {
  const others = (acts: readonly Act[]) => acts.filter((other) => other !== act)
  return { done: others(history.done), undone: others(history.undone) }
}
