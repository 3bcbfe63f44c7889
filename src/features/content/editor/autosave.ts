/** Where unsaved work stands. */
export type AutosaveState =
  | { kind: 'none' }
  /** Something was typed that the server does not have yet. */
  | { kind: 'pending' }
  | { kind: 'kept'; at: string }
  /** The server could not be told; it is asked again by itself. */
  | { kind: 'failed'; error: unknown; here: boolean }
  /** Another window of the same person has written meanwhile: nothing is kept until they choose. */
  | { kind: 'elsewhere' }

export interface AutosaveOptions<Work> {
  /** Keeps the work on the server; null: there is none (any more). `elsewhere`: another window was faster. */
  keep: (work: Work | null) => Promise<{ at: string } | 'removed' | 'elsewhere'>
  /** Keeps it in this browser, or (null) forgets it there; false where that is not possible. */
  keepHere: (work: Work | null) => boolean
  onState: (state: AutosaveState) => void
  /** Where the work stands that the window opened with. */
  initial?: AutosaveState
  delayMs?: number
}

export interface Autosave<Work> {
  /** The work as it is now; null: nothing that was not saved. */
  change: (work: Work | null) => void
  /** Now, and again for what is typed meanwhile. Ends when the server has everything, or has failed to take it. */
  flush: () => Promise<AutosaveState>
  /** Waits for what is under way and keeps nothing more until `resume`. */
  pause: () => Promise<void>
  resume: () => void
  /** The server has no work of this person any more, and knows so. */
  forget: () => void
  /** What the server has is what there is. */
  adopt: (at: string) => void
  /** Would it be lost if this window went away now? */
  isAtRisk: () => boolean
  /** The window goes away: what the server does not have stays in this browser. */
  leave: () => void
}

const RETRY_MS = [2_000, 5_000, 15_000, 30_000] as const

/** Keeps what is typed: a moment after the last letter, one write at a time, and again where one failed. */
export function createAutosave<Work>({ keep, keepHere, onState, initial = { kind: 'none' }, delayMs = 1_000 }: AutosaveOptions<Work>): Autosave<Work> {
  let wanted: { work: Work | null } | null = null
  let state: AutosaveState = initial
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: Promise<void> | null = null
  let failures = 0
  let paused = false
  let keptHere = initial.kind === 'failed' && initial.here

  const become = (next: AutosaveState) => {
    state = next
    onState(next)
  }
  const isWaiting = () => wanted !== null
  const schedule = (ms: number) => {
    clearTimeout(timer)
    timer = setTimeout(() => void run(), ms)
  }
  const here = (work: Work | null): boolean => {
    if (work === null && !keptHere) return true
    keptHere = keepHere(work) && work !== null
    return work === null || keptHere
  }

  async function write(): Promise<void> {
    while (wanted !== null && !paused) {
      const { work } = wanted
      wanted = null
      try {
        const result = await keep(work)
        failures = 0
        if (result === 'elsewhere') {
          wanted ??= { work }
          here(wanted.work)
          paused = true
          become({ kind: 'elsewhere' })
          return
        }
        here(null)
        // What was typed meanwhile goes next, at once.
        if (!isWaiting()) become(result === 'removed' ? { kind: 'none' } : { kind: 'kept', at: result.at })
      } catch (error) {
        wanted ??= { work }
        become({ kind: 'failed', error, here: here(wanted.work) })
        schedule(RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)] ?? 30_000)
        return
      }
    }
  }

  function run(): Promise<void> {
    clearTimeout(timer)
    running ??= write().finally(() => {
      running = null
    })
    return running
  }

  return {
    change(work) {
      wanted = { work }
      if (paused) {
        if (state.kind === 'elsewhere') here(work)
        return
      }
      if (state.kind === 'failed') {
        // Said until it is mended; every letter is kept here meanwhile.
        become({ ...state, here: here(work) })
        return
      }
      if (state.kind !== 'pending') become({ kind: 'pending' })
      // Nothing to keep is nothing to wait for.
      schedule(work === null ? 0 : delayMs)
    },
    async flush() {
      clearTimeout(timer)
      while (running !== null || (wanted !== null && !paused)) {
        await run()
        if (state.kind === 'failed' || state.kind === 'elsewhere') break
      }
      return state
    },
    async pause() {
      paused = true
      clearTimeout(timer)
      await running
    },
    resume() {
      paused = false
      if (wanted !== null) schedule(0)
    },
    forget() {
      clearTimeout(timer)
      wanted = null
      failures = 0
      here(null)
      become({ kind: 'none' })
    },
    adopt(at) {
      clearTimeout(timer)
      wanted = null
      failures = 0
      paused = false
      here(null)
      become({ kind: 'kept', at })
    },
    isAtRisk: () => (state.kind === 'failed' ? !state.here : state.kind === 'elsewhere'),
    leave() {
      if (wanted !== null) {
        here(wanted.work)
        if (!paused) void run()
      }
    },
  }
}
