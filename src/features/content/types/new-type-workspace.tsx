import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useLocation, useNavigate } from 'react-router-dom'
import { createType } from '@/features/content/queries/types'
import { suggestFieldName, toDrafts, toSchema } from '@/features/content/types/field-drafts'
import { startOf } from '@/features/content/types/new-type'
import { TypeBuilder, useBuilder } from '@/features/content/types/type-builder'
import { describeError, errorLine } from '@/lib/errors'
import { paths } from '@/lib/paths'
import type { ContentType } from '@/lib/queries/content-types'
import { useHasRole } from '@/lib/session'
import { useShortcut } from '@/lib/shortcuts'
import { Button } from '@/ui/button'
import { PageHeader } from '@/ui/page-header'
import { toast } from '@/ui/toaster'
import { UnsavedChanges } from '@/ui/unsaved-changes'

/** A type that is not saved yet: from nothing, or from what a template or a file gave (handed over by the navigation). */
export function NewTypeWorkspace({ types }: { types: readonly ContentType[] }) {
  const isEditor = useHasRole('editor')
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const location = useLocation()
  const [start] = useState(() => startOf(location.state as unknown, new Set(types.map(({ name }) => name))))
  const builder = useBuilder({ head: { title: start.title, name: start.name, description: start.description }, drafts: toDrafts(start.schema) })
  const [busy, setBusy] = useState(false)
  const passing = useRef(false)
  const { head, drafts } = builder
  const touched = head.title !== '' || drafts.length > 0

  const create = async () => {
    if (busy || !builder.check()) return
    if (types.some(({ name }) => name === head.name)) return builder.refuseName('Another type has this name.')
    setBusy(true)
    try {
      const id = await createType({ ...builder.trimmed(), schema: toSchema(drafts, start.base) })
      passing.current = true
      await queryClient.invalidateQueries({ queryKey: ['content_types'] })
      toast.success(`“${head.title.trim()}” was made`)
      await navigate(paths.contentType.getHref(id), { replace: true })
    } catch (error) {
      if (describeError(error).code === '23505') builder.refuseName('Another type has this name.')
      else toast.error(errorLine(error))
    } finally {
      setBusy(false)
    }
  }
  useShortcut('$mod+s', 'Create the type', () => void create(), { enabled: isEditor, inFields: true })

  return (
    <>
      <PageHeader
        title={head.title.trim() === '' ? 'New content type' : head.title}
        sub={start.from === null ? 'Name the fields that every item of it has. The form beside them is the one your team will fill in.' : start.from}
        actions={
          isEditor && (
            <Button variant="primary" busy={busy} onClick={() => void create()}>
              Create type
            </Button>
          )
        }
      />
      <TypeBuilder
        builder={builder}
        types={types}
        readOnly={!isEditor}
        nameHint="How sites read it."
        onTitle={(title) => builder.setHead((before) => ({ ...before, title, ...(before.name === suggestFieldName(before.title) ? { name: suggestFieldName(title) } : {}) }))}
      />
      <UnsavedChanges isUnsaved={() => touched && !passing.current} what="The type that you have begun" />
    </>
  )
}
