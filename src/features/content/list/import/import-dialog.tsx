import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { ChooseFile } from '@/features/content/list/import/choose-file'
import { guessKey, guessTargets, type ColumnTargets } from '@/features/content/list/import/columns'
import { convertRows } from '@/features/content/list/import/convert'
import { ImportReport } from '@/features/content/list/import/import-report'
import { MapColumns } from '@/features/content/list/import/map-columns'
import { importItems, planImport, type ImportOutcome, type ImportPlan } from '@/features/content/list/import/plan-import'
import type { ImportTable } from '@/features/content/list/import/read-table'
import { describeError } from '@/lib/errors'
import { count, formatNumber } from '@/lib/format'
import type { ContentType } from '@/lib/queries/content-types'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Notice } from '@/ui/notice'

interface ImportDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  types: readonly ContentType[]
  /** What the list is filtered by: probably what is imported. */
  typeId: string | undefined
  onImported: (outcome: ImportOutcome) => void
}

interface Setup {
  table: ImportTable
  typeId: string
  targets: ColumnTargets
  key: string | null
}

export function ImportDialog({ open, onOpenChange, ...rest }: ImportDialogProps) {
  return open ? <OpenDialog onOpenChange={onOpenChange} {...rest} /> : null
}

/** File, columns, report: three looks before anything is written. */
function OpenDialog({ onOpenChange, types, typeId, onImported }: Omit<ImportDialogProps, 'open'>) {
  const [setup, setSetup] = useState<Setup | null>(null)
  const [elsewhere, setElsewhere] = useState(0)
  const type = types.find(({ id }) => id === setup?.typeId)

  const plan = useMutation({
    mutationFn: async (from: Setup): Promise<ImportPlan> => {
      const of = types.find(({ id }) => id === from.typeId)
      if (of === undefined) throw new Error('This content type was deleted. Choose another one.')
      const { rows, refused, elsewhere: others } = convertRows(from.table, from.targets, of)
      setElsewhere(others)
      return planImport(of.id, from.key, rows, refused)
    },
  })
  const write = useMutation({ mutationFn: (of: ImportPlan) => importItems(of.id), onSuccess: onImported })

  const begin = (table: ImportTable) => {
    const named = types.find(({ name, title }) => table.rows.some(({ cells }) => cells['type'] === name || cells['type'] === title))
    const first = types.find(({ id }) => id === typeId) ?? named ?? bestFit(table, types)
    if (first === undefined) return
    setSetup(ofType(table, first))
  }
  const chooseType = (id: string) => {
    const next = types.find((candidate) => candidate.id === id)
    if (setup !== null && next !== undefined) setSetup(ofType(setup.table, next))
  }

  const planned = plan.data
  const toWrite = planned === undefined ? 0 : planned.created + planned.updated
  const failure = write.error ?? plan.error
  const words = failure === null ? null : describeError(failure)
  const step = setup === null ? 1 : planned === undefined ? 2 : 3
  return (
    <Dialog
      open
      onOpenChange={(next) => !write.isPending && onOpenChange(next)}
      size="lg"
      title="Import items"
      description={
        step === 1 ? 'From a table (CSV) or JSON. Nothing is written before you have seen what would happen.'
        : step === 2 ? `${setup?.table.fileName ?? ''}: ${count('row', setup?.table.rows.length ?? 0)}. Say what the columns are.`
        : 'This is what would happen. Nothing is written yet.'
      }
      footer={
        <>
          {step > 1 && (
            <Button
              className="mr-auto"
              variant="ghost"
              disabled={write.isPending || plan.isPending}
              onClick={() => {
                write.reset()
                plan.reset()
                if (step === 2) setSetup(null)
              }}
            >
              Back
            </Button>
          )}
          <Button disabled={write.isPending} onClick={() => onOpenChange(false)}>
            Cancel
          </Button>
          {step === 2 && setup !== null && (
            <Button variant="primary" busy={plan.isPending} disabled={Object.values(setup.targets).every((target) => target === null)} onClick={() => plan.mutate(setup)}>
              Check {count('row', setup.table.rows.length)}
            </Button>
          )}
          {planned !== undefined && (
            <Button variant="primary" busy={write.isPending} disabled={toWrite === 0} onClick={() => write.mutate(planned)}>
              {toWrite === 0 ? 'Nothing to import' : `Import ${count('item', toWrite)}`}
            </Button>
          )}
        </>
      }
    >
      {words !== null && (
        <Notice tone="failure" className="mb-3" title={words.title}>
          {words.detail}
        </Notice>
      )}
      {setup === null ? (
        <ChooseFile onRead={begin} />
      ) : planned === undefined ? (
        type !== undefined && (
          <MapColumns
            table={setup.table}
            types={types}
            type={type}
            targets={setup.targets}
            keyTarget={setup.key}
            onType={chooseType}
            onTargets={(targets) => setSetup({ ...setup, targets, key: setup.key !== null && Object.values(targets).some((target) => target === setup.key) ? setup.key : guessKey(targets) })}
            onKey={(key) => setSetup({ ...setup, key })}
          />
        )
      ) : (
        type !== undefined && <ImportReport plan={planned} type={type} note={elsewhere === 0 ? null : `${formatNumber(elsewhere)} ${elsewhere === 1 ? 'row says it is' : 'rows say they are'} of another type, and ${elsewhere === 1 ? 'is' : 'are'} left out.`} />
      )}
    </Dialog>
  )
}

/** The type that knows most of the columns. */
function bestFit(table: ImportTable, types: readonly ContentType[]): ContentType | undefined {
  const known = (type: ContentType) => Object.values(guessTargets(table, type.schema)).filter((target) => target !== null).length
  return types.reduce<ContentType | undefined>((best, type) => (best === undefined || known(type) > known(best) ? type : best), undefined)
}

function ofType(table: ImportTable, type: ContentType): Setup {
  const targets = guessTargets(table, type.schema)
  return { table, typeId: type.id, targets, key: guessKey(targets) }
}
