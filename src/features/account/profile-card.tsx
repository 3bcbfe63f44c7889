import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import * as z from 'zod/mini'
import { changeEmail, saveName, useName } from '@/features/account/queries/profile'
import { authErrorText } from '@/lib/auth-errors'
import { emailSchema, fullNameSchema } from '@/lib/auth-schemas'
import { requireEnv } from '@/lib/env'
import { describeError, errorLine } from '@/lib/errors'
import { confirmIdentity, wasCancelled } from '@/lib/reauthenticate'
import { useSession } from '@/lib/session'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { ErrorState } from '@/ui/error-state'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { Notice } from '@/ui/notice'
import { Skeleton } from '@/ui/skeleton'
import { toast } from '@/ui/toaster'

export function ProfileCard() {
  const { data: name, error, refetch, isFetching } = useName()
  return (
    <Card title="Profile">
      {error !== null && name === undefined ? (
        <ErrorState {...describeError(error)} retrying={isFetching} onRetry={() => void refetch()} />
      ) : name === undefined ? (
        <div aria-busy className="flex flex-col gap-3">
          <Skeleton className="w-40" />
          <Skeleton className="w-64" />
        </div>
      ) : (
        <div className="flex flex-col gap-6">
          <NameForm key={name} name={name} />
          <EmailForm />
        </div>
      )}
    </Card>
  )
}

function NameForm({ name }: { name: string }) {
  const queryClient = useQueryClient()
  const userId = useSession((state) => state.user?.id) ?? ''
  const { register, handleSubmit, setError, formState } = useForm({ resolver: zodResolver(z.object({ name: fullNameSchema })), defaultValues: { name } })
  const save = useMutation({
    mutationFn: (next: string) => saveName(userId, next),
    onSuccess: async () => {
      await Promise.all([queryClient.invalidateQueries({ queryKey: ['profiles'] }), queryClient.invalidateQueries({ queryKey: ['memberships'] })])
      toast.success('Your name is saved')
    },
    onError: (error) => setError('name', { message: errorLine(error) }, { shouldFocus: true }),
  })
  return (
    <form noValidate onSubmit={(event) => void handleSubmit((values) => save.mutate(values.name))(event)} className="flex flex-col gap-3">
      <Field label="Your name" optional hint="Colleagues see it instead of your e-mail address." error={formState.errors.name?.message}>
        <Input {...register('name')} autoComplete="name" />
      </Field>
      <Button type="submit" className="self-start" busy={save.isPending} disabled={!formState.isDirty}>
        Save name
      </Button>
    </form>
  )
}

function EmailForm() {
  const email = useSession((state) => state.user?.email) ?? ''
  const [sentTo, setSentTo] = useState<string | null>(null)
  const { inboxPath } = requireEnv()
  const { register, handleSubmit, setError, formState, reset } = useForm({ resolver: zodResolver(z.object({ email: emailSchema })), values: { email } })
  const save = useMutation({
    mutationFn: async (next: string) => {
      // Whoever holds the address holds the account: it is not moved by somebody who found a browser open.
      await confirmIdentity()
      return { next, outcome: await changeEmail(next) }
    },
    onSuccess: ({ next, outcome }) => {
      if (outcome === 'changed') toast.success('Your e-mail address is changed')
      setSentTo(outcome === 'check-mail' ? next : null)
      if (outcome === 'check-mail') reset({ email })
    },
    onError: (error) => {
      if (!wasCancelled(error)) setError('email', { message: authErrorText(error).message }, { shouldFocus: true })
    },
  })
  return (
    <form noValidate onSubmit={(event) => void handleSubmit((values) => save.mutate(values.email))(event)} className="flex flex-col gap-3">
      <Field label="E-mail" required hint="You sign in with it, and it is where mail for you goes." error={formState.errors.email?.message}>
        <Input {...register('email')} type="email" autoComplete="email" />
      </Field>
      {sentTo !== null && (
        <Notice title="Check your mail">
          The change to {sentTo} waits for the link that we sent. Until it is followed, {email} stays your address.
          {inboxPath !== null && (
            <>
              {' '}
              <a href={inboxPath} target="_blank" rel="noopener" className="font-semibold underline underline-offset-2">
                Open the inbox
              </a>
            </>
          )}
        </Notice>
      )}
      <Button type="submit" className="self-start" busy={save.isPending} disabled={!formState.isDirty}>
        Change e-mail
      </Button>
    </form>
  )
}
