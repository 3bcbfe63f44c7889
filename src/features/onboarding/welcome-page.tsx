import { zodResolver } from '@hookform/resolvers/zod'
import { BuildingsIcon } from '@phosphor-icons/react/Buildings'
import { StackIcon } from '@phosphor-icons/react/Stack'
import { lazy, Suspense, useState, type ReactNode } from 'react'
import { useForm } from 'react-hook-form'
import { Link, useNavigate, useSearchParams } from 'react-router-dom'
import * as z from 'zod/mini'
import { DEMO_STEPS, OWN_STEPS } from '@/features/onboarding/steps'
import { suggestName } from '@/features/onboarding/suggest-name'
import { useSetup, type Setup } from '@/features/onboarding/use-setup'
import { YourOrganizations } from '@/features/onboarding/your-organizations'
import { errorLine } from '@/lib/errors'
import { usePageTitle } from '@/lib/page-title'
import { paths, safeNext } from '@/lib/paths'
import { signOut, useSession } from '@/lib/session'
import { Button } from '@/ui/button'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { Notice } from '@/ui/notice'
import { toast } from '@/ui/toaster'
import { Wordmark } from '@/ui/wordmark'

const ImportDialog = lazy(() => import('@/features/onboarding/import/import-dialog').then(({ ImportDialog: View }) => ({ default: View })))

const DEMO_NAME = 'Acme Holdings'

const schema = z.object({
  name: z.pipe(
    z.pipe(z.string(), z.transform((text) => text.trim())),
    z.string().check(z.minLength(1, 'Type the name that your team goes by.'), z.maxLength(120, 'Use at most 120 characters.')),
  ),
})

/** One screen, two ways in: a name of one's own, or an organization that is filled already. */
export function Component() {
  const user = useSession((state) => state.user)
  // As it was on arrival: the page must not change its words when its own work has brought the organization.
  const [hasOrganization] = useState(() => useSession.getState().organizationId !== null)
  const [search] = useSearchParams()
  const navigate = useNavigate()
  const own = useSetup(OWN_STEPS)
  const demo = useSetup(DEMO_STEPS)
  // Settings lead here to import: the dialog is what they came for.
  const [importing, setImporting] = useState(search.has('import'))
  const busy = own.step !== null || demo.step !== null
  const title = hasOrganization ? 'Create another organization' : 'Name your organization'
  usePageTitle(title)

  const fullName: unknown = user?.user_metadata.full_name
  const { register, handleSubmit, formState } = useForm({
    resolver: zodResolver(schema),
    defaultValues: { name: hasOrganization ? '' : suggestName(user?.email, typeof fullName === 'string' ? fullName : undefined) },
  })

  const submit = handleSubmit(async ({ name }) => {
    if (!busy && (await own.run(name))) await navigate(safeNext(search.get('next')), { replace: true })
  })
  const loadDemo = async () => {
    if (await demo.run(DEMO_NAME)) await navigate(paths.home.getHref(), { replace: true })
  }

  const onImported = () => {
    void navigate(paths.home.getHref(), { replace: true })
    toast.success('Imported. Its sites are disabled and its schedules paused: enable them where something is to be sent.')
  }

  return (
    <main className="flex min-h-dvh flex-col items-center bg-ground px-4 py-10 sm:pt-[11vh]">
      <div className="w-full max-w-190">
        <Wordmark />
        <div className="mt-6">
          <h1 tabIndex={-1} className="text-title font-semibold tracking-tight">
            {title}
          </h1>
          <p className="mt-0.5 text-ink-2">Sites, content and runs belong to an organization, and only its members see them.</p>
          <YourOrganizations />
          <div className="mt-5 grid gap-4 md:grid-cols-2">
            <Choice icon={<BuildingsIcon />} title="Start with your own" detail="An empty organization, with you as its admin.">
              <form noValidate onSubmit={(event) => void submit(event)} className="flex flex-1 flex-col gap-4">
                <Field label="Name of the organization" required error={formState.errors.name?.message}>
                  <Input autoComplete="organization" maxLength={140} {...register('name')} />
                </Field>
                <Progress setup={own} />
                <Button type="submit" variant="primary" className="mt-auto" busy={own.step !== null} disabled={demo.step !== null}>
                  {own.failure === null ? 'Create organization' : 'Try again'}
                </Button>
              </form>
            </Choice>
            <Choice
              icon={<StackIcon />}
              title="See it at work first"
              detail={`An organization called "${DEMO_NAME}", filled so that there is something to send.`}
            >
              <ul className="list-disc space-y-1 pl-4 text-hint text-ink-2 marker:text-ink-3">
                <li>Three sites: Facebook, Google and Instagram Campaign</li>
                <li>Four offers, three published and one draft</li>
                <li>One receiver that fails once, so that the first run shows a retry</li>
              </ul>
              <Progress setup={demo} />
              <Button variant="primary" className="mt-auto" busy={demo.step !== null} disabled={own.step !== null} onClick={() => void loadDemo()}>
                {demo.failure === null ? 'Load Demo Data' : 'Try again'}
              </Button>
            </Choice>
          </div>
        </div>
        <p className="mt-5 text-center text-hint text-ink-2">
          Have the export of an organization?{' '}
          <button
            type="button"
            disabled={busy}
            className="font-semibold text-accent-ink underline-offset-2 hover:underline"
            onClick={() => setImporting(true)}
          >
            Import the file
          </button>
        </p>
        <p className="mt-2 text-center text-hint text-ink-2">
          {hasOrganization ? (
            <Link to={paths.home.getHref()} className="font-semibold text-accent-ink underline-offset-2 hover:underline">
              Back to where you were
            </Link>
          ) : (
            <>
              Signed in as {user?.email}.{' '}
              <button
                type="button"
                className="font-semibold text-accent-ink underline-offset-2 hover:underline"
                onClick={() => void signOut().catch((error: unknown) => toast.error(errorLine(error)))}
              >
                Sign out
              </button>{' '}
              or see{' '}
              <Link to={paths.account.getHref()} className="font-semibold text-accent-ink underline-offset-2 hover:underline">
                your account
              </Link>
            </>
          )}
        </p>
      </div>
      {importing && (
        <Suspense>
          <ImportDialog open onOpenChange={setImporting} onImported={onImported} />
        </Suspense>
      )}
    </main>
  )
}

function Choice({ icon, title, detail, children }: { icon: ReactNode; title: string; detail: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="flex flex-col gap-4 rounded-lg border border-line bg-panel p-5">
      <div className="flex items-start gap-3">
        <span aria-hidden className="flex size-9 shrink-0 items-center justify-center rounded-md bg-accent-ground text-lg text-accent-ink">
          {icon}
        </span>
        <div>
          <h2 className="text-sm font-semibold">{title}</h2>
          <p className="text-hint text-ink-2">{detail}</p>
        </div>
      </div>
      {children}
    </section>
  )
}

function Progress({ setup: { step, failure } }: { setup: Setup }) {
  return (
    <>
      {failure !== null && (
        <Notice tone="failure" title={failure.step.failed}>
          {failure.message}
        </Notice>
      )}
      <p role="status" className="text-hint text-ink-2 empty:hidden">
        {step === null ? '' : `${step.underWay} …`}
      </p>
    </>
  )
}
