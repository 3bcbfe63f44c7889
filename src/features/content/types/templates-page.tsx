import type { TypeDocument } from '@core/type-document'
import { typeTemplates } from '@core/type-templates'
import { DotsThreeIcon } from '@phosphor-icons/react/DotsThree'
import { DownloadSimpleIcon } from '@phosphor-icons/react/DownloadSimple'
import { PencilSimpleIcon } from '@phosphor-icons/react/PencilSimple'
import { TrashIcon } from '@phosphor-icons/react/Trash'
import { useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { Link, useSearchParams } from 'react-router-dom'
import { ContentTabs } from '@/features/content/content-tabs'
import { deleteTemplate, renameTemplate, useTemplates, type OwnTemplate } from '@/features/content/queries/templates'
import { exportType } from '@/features/content/types/export-type'
import { FormPreview } from '@/features/content/types/form-preview'
import type { TypeSeed } from '@/features/content/types/new-type'
import { TemplateDialog } from '@/features/content/types/template-dialog'
import { TemplateIcon } from '@/features/content/types/template-icon'
import { describeError, errorLine } from '@/lib/errors'
import { count } from '@/lib/format'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { useHasRole } from '@/lib/session'
import { buttonClass } from '@/ui/button'
import { cn } from '@/ui/cn'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { DropdownMenu, MenuItem, MenuSeparator } from '@/ui/dropdown-menu'
import { ErrorState } from '@/ui/error-state'
import { IconButton } from '@/ui/icon-button'
import { PageHeader } from '@/ui/page-header'
import { Skeleton } from '@/ui/skeleton'
import { toast } from '@/ui/toaster'

interface Shown extends TypeDocument {
  key: string
  own: OwnTemplate | null
}

/** Types to begin with: those of the product and those of the organization, each with the form that it makes. */
export function Component() {
  usePageTitle({ label: 'Content', href: paths.content.getHref() }, { label: 'Types', href: paths.contentTypes.getHref() }, 'Templates')
  const isEditor = useHasRole('editor')
  const { data: own, error, refetch, isFetching } = useTemplates()
  const [search, setSearch] = useSearchParams()
  const [target, setTarget] = useState<{ what: 'rename' | 'delete'; template: OwnTemplate } | null>(null)
  const queryClient = useQueryClient()

  const library: Shown[] = typeTemplates.map((template) => ({ ...template, own: null }))
  const kept: Shown[] = (own ?? []).map((template) => ({ ...template, key: template.id, own: template }))
  const wanted = search.get('template')
  const shown = [...library, ...kept].find(({ key }) => key === wanted) ?? library[0]
  const choose = (key: string) => setSearch((before) => {
    const next = new URLSearchParams(before)
    next.set('template', key)
    return next
  }, { replace: true, preventScrollReset: true })

  const card = (template: Shown) => (
    <li key={template.key}>
      <button
        type="button"
        aria-pressed={template.key === shown?.key}
        onClick={() => choose(template.key)}
        className={cn(
          'flex w-full items-start gap-3 rounded-lg border bg-panel px-3 py-2.5 text-left transition-colors duration-150',
          template.key === shown?.key ? 'border-accent bg-accent-ground' : 'border-line hover:border-line-strong hover:bg-hover',
        )}
      >
        <TemplateIcon name={template.name} />
        <span className="min-w-0">
          <span className="block text-sm font-semibold text-ink">{template.title}</span>
          <span className="line-clamp-2 text-hint text-ink-2">{template.description === '' ? count('field', Object.keys(template.schema.properties).length) : template.description}</span>
        </span>
      </button>
    </li>
  )

  return (
    <>
      <PageHeader title="Templates" sub="Types that many teams need, with help for whoever fills them in. A type that is made from one is your own." />
      <ContentTabs />
      <div className="grid items-start gap-6 lg:grid-cols-[20rem_minmax(0,1fr)]">
        <div className="flex flex-col gap-5">
          <Group title="Library">
            <ul className="flex flex-col gap-1.5">{library.map(card)}</ul>
          </Group>
          <Group title="Your templates">
            {error !== null && own === undefined ? (
              <ErrorState {...describeError(error)} retrying={isFetching} onRetry={() => void refetch()} />
            ) : own === undefined ? (
              <Skeleton className="h-14 w-full" />
            ) : kept.length === 0 ? (
              <p className="rounded-lg border border-dashed border-line-strong px-3 py-3 text-hint text-ink-2">None yet. A type’s page offers “Save as template”.</p>
            ) : (
              <ul className="flex max-h-128 flex-col gap-1.5 overflow-y-auto">{kept.map(card)}</ul>
            )}
          </Group>
        </div>
        {shown !== undefined && (
          <section aria-labelledby="template-heading" className="min-w-0">
            <div className="mb-3 flex flex-wrap items-start justify-between gap-3">
              <div className="min-w-0">
                <h2 id="template-heading" className="text-base font-semibold text-ink">
                  {shown.title}
                </h2>
                <p className="text-sm text-ink-2">{shown.description}</p>
              </div>
              <span className="flex items-center gap-1.5">
                {isEditor && (
                  <Link
                    to={paths.contentType.getHref('new')}
                    state={{ document: { name: shown.name, title: shown.title, description: shown.description, schema: shown.schema, example: shown.example }, from: `From the template “${shown.title}”. Nothing is saved yet.` } satisfies TypeSeed}
                    className={buttonClass({ variant: 'primary' })}
                  >
                    Use this template
                  </Link>
                )}
                <DropdownMenu align="end" trigger={<IconButton label={`More for the template “${shown.title}”`} icon={<DotsThreeIcon aria-hidden weight="bold" />} />}>
                  <MenuItem icon={<DownloadSimpleIcon />} onSelect={() => exportType(shown)}>
                    Export as JSON
                  </MenuItem>
                  {isEditor && shown.own !== null && <OwnActions template={shown.own} onAct={setTarget} />}
                </DropdownMenu>
              </span>
            </div>
            <FormPreview key={shown.key} schema={shown.schema} example={shown.example} title="The form, with an example" />
          </section>
        )}
      </div>
      {target?.what === 'rename' && (
        <TemplateDialog
          heading="Rename template"
          named={target.template}
          saveLabel="Save"
          onSave={async (title, description) => {
            await renameTemplate(target.template.id, title, description)
            return `The template is called “${title}” now`
          }}
          onClose={() => setTarget(null)}
        />
      )}
      {target?.what === 'delete' && (
        <ConfirmDialog
          open
          onOpenChange={(open) => {
            if (!open) setTarget(null)
          }}
          title={`Delete the template "${target.template.title}"?`}
          description="Types that were made from it stay as they are."
          confirmLabel="Delete template"
          describeFailure={errorLine}
          onConfirm={async () => {
            await deleteTemplate(target.template.id)
            toast.success(`The template "${target.template.title}" was deleted`)
            await queryClient.invalidateQueries({ queryKey: ['content_type_templates'] })
          }}
        />
      )}
    </>
  )
}

function OwnActions({ template, onAct }: { template: OwnTemplate; onAct: (act: { what: 'rename' | 'delete'; template: OwnTemplate }) => void }) {
  return (
    <>
      <MenuItem icon={<PencilSimpleIcon />} onSelect={() => onAct({ what: 'rename', template })}>
        Rename
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon={<TrashIcon />} tone="danger" onSelect={() => onAct({ what: 'delete', template })}>
        Delete template
      </MenuItem>
    </>
  )
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h2 className="mb-1.5 text-hint font-semibold text-ink-3">{title}</h2>
      {children}
    </section>
  )
}
