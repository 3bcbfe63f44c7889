import { useMemo, useState } from 'react'
import type { TypeHead } from '@/features/content/queries/types'
import { draftProblems, isFaulty, previewSchema, type DraftProblem, type FieldDraft } from '@/features/content/types/field-drafts'
import { FieldList } from '@/features/content/types/field-list'
import { FormPreview } from '@/features/content/types/form-preview'
import type { ContentType } from '@/lib/queries/content-types'
import { cn } from '@/ui/cn'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { SegmentedControl } from '@/ui/segmented-control'
import { Textarea } from '@/ui/textarea'

type HeadProblems = Partial<Record<keyof TypeHead, string>>

export interface Builder {
  head: TypeHead
  drafts: readonly FieldDraft[]
  problems: readonly DraftProblem[]
  headProblems: HeadProblems
  openId: string | null
  setOpenId: (id: string | null) => void
  setHead: (change: (head: TypeHead) => TypeHead) => void
  setDrafts: (change: (drafts: readonly FieldDraft[]) => readonly FieldDraft[]) => void
  refuseName: (words: string) => void
  /** Shows what is wrong from now on, opens the first field with a fault, and says whether all is well. */
  check: () => boolean
  trimmed: () => TypeHead
  reset: (to: { head: TypeHead; drafts: readonly FieldDraft[] }) => void
}

export function useBuilder(first: { head: TypeHead; drafts: readonly FieldDraft[] }): Builder {
  const [head, setHead] = useState(first.head)
  const [drafts, setDrafts] = useState(first.drafts)
  const [openId, setOpenId] = useState<string | null>(null)
  const [shown, setShown] = useState(false)
  const [refusedName, setRefusedName] = useState<{ name: string; words: string } | null>(null)
  const problems = useMemo(() => draftProblems(drafts), [drafts])
  const headProblems = problemsOfHead(head, refusedName)
  return {
    head, drafts, openId, setOpenId, setHead, setDrafts,
    problems: shown ? problems : [],
    headProblems: shown ? headProblems : {},
    refuseName(words) {
      setRefusedName({ name: head.name, words })
      setShown(true)
      requestAnimationFrame(() => document.getElementById('type-name-field')?.querySelector('input')?.focus())
    },
    check() {
      setShown(true)
      const faulty = drafts.find((_, index) => isFaulty(problems[index]))
      if (faulty !== undefined) setOpenId(faulty.id)
      const fine = faulty === undefined && Object.keys(headProblems).length === 0
      if (!fine) requestAnimationFrame(() => document.querySelector<HTMLElement>('#type-builder [aria-invalid=true]')?.focus())
      return fine
    },
    trimmed: () => ({ title: head.title.trim(), name: head.name.trim(), description: head.description.trim() }),
    reset(to) {
      setHead(to.head)
      setDrafts(to.drafts)
      setShown(false)
      setRefusedName(null)
    },
  }
}

function problemsOfHead({ title, name }: TypeHead, refused: { name: string; words: string } | null): HeadProblems {
  const problems: HeadProblems = {}
  if (title.trim() === '') problems.title = 'A type needs a title.'
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(name.trim())) problems.name = 'Lower-case letters, digits and _, a letter first.'
  else if (refused !== null && refused.name === name) problems.name = refused.words
  return problems
}

interface TypeBuilderProps {
  builder: Builder
  types: readonly ContentType[]
  readOnly: boolean
  nameHint: string
  onTitle: (title: string) => void
}

type Side = 'fields' | 'preview'

/** The fields at the left, the form that they make at the right; one at a time where there is no room for both. */
export function TypeBuilder({ builder, types, readOnly, nameHint, onTitle }: TypeBuilderProps) {
  const [side, setSide] = useState<Side>('fields')
  const { head, drafts, headProblems } = builder
  const schema = useMemo(() => previewSchema(drafts), [drafts])
  return (
    <div id="type-builder">
      <SegmentedControl<Side>
        aria-label="Show"
        className="mb-4 lg:hidden"
        value={side}
        onValueChange={setSide}
        segments={[{ value: 'fields', label: 'Fields' }, { value: 'preview', label: 'Preview' }]}
      />
      <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_minmax(22rem,28rem)]">
        <div className={cn('flex min-w-0 flex-col gap-5', side === 'preview' && 'max-lg:hidden')}>
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label="Title" required error={headProblems.title} hint="How your team reads it.">
              <Input value={head.title} readOnly={readOnly} maxLength={120} autoComplete="off" placeholder="Offer banner" onChange={({ target }) => onTitle(target.value)} />
            </Field>
            <div id="type-name-field">
              <Field label="Type name" required error={headProblems.name} hint={nameHint}>
                <Input
                  mono
                  value={head.name}
                  readOnly={readOnly}
                  maxLength={63}
                  autoComplete="off"
                  spellCheck={false}
                  placeholder="offer_banner"
                  onChange={({ target }) => builder.setHead((before) => ({ ...before, name: target.value }))}
                />
              </Field>
            </div>
            <Field label="Description" optional className="sm:col-span-2">
              <Textarea rows={2} maxLength={2000} readOnly={readOnly} value={head.description} onChange={({ target }) => builder.setHead((before) => ({ ...before, description: target.value }))} />
            </Field>
          </div>
          <FieldList
            drafts={drafts}
            problems={builder.problems}
            openId={builder.openId}
            onOpen={builder.setOpenId}
            onChange={builder.setDrafts}
            types={types}
            readOnly={readOnly}
          />
        </div>
        <div className={cn('min-w-0 lg:sticky lg:top-16 lg:max-h-[calc(100dvh-5rem)] lg:overflow-y-auto', side === 'fields' && 'max-lg:hidden')}>
          <FormPreview schema={schema} activeId={builder.openId} />
        </div>
      </div>
    </div>
  )
}
