import { z } from 'zod/mini'
import { supabase } from '@/lib/supabase'

const PROBLEMS = ['altered', 'replaced', 'missing'] as const
type ProblemKind = (typeof PROBLEMS)[number]

export interface Problem {
  seq: number
  kind: ProblemKind
  message: string
}

/** PostgreSQL's bigint comes as a number or, where a driver is careful, as text. */
const whole = z.pipe(z.union([z.number(), z.string()]), z.transform(Number))
const portion = z.object({
  ok: z.boolean(),
  checked: whole,
  last_seq: whole,
  done: z.boolean(),
  problem: z.nullable(z.object({ seq: whole, kind: z.enum(PROBLEMS), message: z.string() })),
})

export interface Verification {
  checked: number
  problem: Problem | null
}

/** Reckons the chain again from its first kept entry, portion by portion; the first entry that does not fit ends it. */
export async function verifyLog(signal: AbortSignal, onProgress: (checked: number, lastSeq: number) => void): Promise<Verification> {
  let checked = 0
  let after = 0
  for (;;) {
    const { data, error } = await supabase.rpc('verify_audit_log', { after_seq: after }).abortSignal(signal)
    if (error) throw error
    const part = portion.parse(data)
    checked += part.checked
    if (part.problem !== null) return { checked, problem: part.problem }
    if (part.done) return { checked, problem: null }
    // The next portion would be this one again, for ever.
    if (part.last_seq <= after) throw new Error(`The verification does not get beyond entry ${after}`)
    after = part.last_seq
    onProgress(checked, after)
  }
}
