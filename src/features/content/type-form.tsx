import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import * as z from 'zod/mini'
import { hasProblems, newFieldRow, rowProblems, suggestFieldName, toFieldRows, toSchema, type FieldRow } from '@/features/content/field-rows'
import { FieldRowsEditor } from '@/features/content/field-rows-editor'
import { createType, updateType, type TypeDraft } from '@/features/content/queries/types'
import { errorLine } from '@/lib/errors'
import type { ContentType } from '@/lib/queries/content-types'
import { Button } from '@/ui/button'
import { Drawer } from '@/ui/drawer'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { Notice } from '@/ui/notice'
import { Textarea } from '@/ui/textarea'
import { toast } from '@/ui/toaster'

const headSchema = z.object({
  title: z.string().check(z.trim(), z.minLength(1, 'A type needs a title.'), z.maxLength(120, 'Use at most 120 characters.')),
  name: z.string().check(z.trim(), z.regex(/^[a-z][a-z0-9_]{0,62}$/, 'Lower-case letters, digits and _, a letter first.')),
  description: z.string().check(z.trim(), z.maxLength(2000, 'Use at most 2,000 characters.')),
})

interface TypeDrawerProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  /** null: a new one. */
  type: ContentType | null
}

export function TypeDrawer({ open, onOpenChange, type }: TypeDrawerProps) {
  const [busy, setBusy] = useState(false)
  return (
    <Drawer
      open={open}
      onOpenChange={onOpenChange}
      size="lg"
      title={type === null ? 'New content type' : type.title}
      description="Which fields an item of this type has."
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button variant="primary" type="submit" form="type-form" busy={busy}>
            {type === null ? 'Create type' : 'Save type'}
          </Button>
        </>
      }
    >
      <TypeForm type={type} onBusy={setBusy} onDone={() => onOpenChange(false)} />
    </Drawer>
  )
}

function TypeForm({ type, onBusy, onDone }: { type: ContentType | null; onBusy: (busy: boolean) => void; onDone: () => void }) {
  const queryClient = useQueryClient()
  const { register, handleSubmit, setValue, getFieldState, setError, formState } = useForm({
    resolver: zodResolver(headSchema),
    defaultValues: { title: type?.title ?? '', name: type?.name ?? '', description: type?.description ?? '' },
  })
  const [rows, setRows] = useState<FieldRow[]>(() => (type === null ? [newFieldRow()] : toFieldRows(type.schema)))
  const [showProblems, setShowProblems] = useState(false)
  const problems = rowProblems(rows)

  const save = useMutation({
    mutationFn: (draft: TypeDraft) => (type === null ? createType(draft) : updateType(type.id, type.revision, draft)),
    onMutate: () => onBusy(true),
    onSuccess: async (_, { title }) => {
      toast.success(type === null ? `"${title}" was made` : `"${title}" was saved`)
      onDone()
      await queryClient.invalidateQueries({ predicate: ({ queryKey: [table] }) => table === 'content_types' || table === 'content_items' })
    },
    onError: (error) => {
      if ('code' in error && error.code === '23505') setError('name', { message: 'Another type has this name.' }, { shouldFocus: true })
      else toast.error(errorLine(error))
    },
    onSettled: () => onBusy(false),
  })

  const removed = type === null ? [] : Object.keys(type.schema.properties).filter((name) => !rows.some(({ savedName }) => savedName === name))
  const { onChange: onTitleChange, ...titleField } = register('title')
  return (
    <form
      id="type-form"
      noValidate
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        setShowProblems(true)
        void handleSubmit((head) => {
          if (rows.length === 0 || hasProblems(problems)) return
          save.mutate({ ...head, schema: toSchema(rows, type?.schema ?? null) })
        })(event)
      }}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Title" required error={formState.errors.title?.message} hint="How your team reads it.">
          <Input
            {...titleField}
            autoComplete="off"
            placeholder="Offer banner"
            onChange={(event) => {
              void onTitleChange(event)
              if (type === null && !getFieldState('name').isTouched) setValue('name', suggestFieldName(event.target.value))
            }}
          />
        </Field>
        <Field
          label="Name"
          required
          error={formState.errors.name?.message}
          hint={type === null ? 'How sites read it.' : 'Sites receive it with every item: a new name changes what all of them get.'}
        >
          <Input {...register('name')} mono autoComplete="off" placeholder="offer_banner" />
        </Field>
      </div>
      <Field label="Description" optional error={formState.errors.description?.message}>
        <Textarea {...register('description')} rows={2} />
      </Field>
      <FieldRowsEditor rows={rows} problems={showProblems ? problems : []} onChange={setRows} />
      {rows.length === 0 && showProblems && <Notice tone="failure">A type needs at least one field.</Notice>}
      {removed.length > 0 && type !== null && type.itemCount > 0 && (
        <Notice tone="warning" title={removed.length === 1 ? `The field ${removed.join('')} goes` : `The fields ${removed.join(', ')} go`}>
          Items that have something in {removed.length === 1 ? 'it' : 'them'} keep it, and cannot be published again until it is taken out of them: their page offers that.
        </Notice>
      )}
    </form>
  )
}
