import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Controller, useForm } from 'react-hook-form'
import * as z from 'zod/mini'
import { invite, type SentInvitation } from '@/features/team/queries/invite'
import { RoleChoice } from '@/features/team/role-choice'
import { errorLine } from '@/lib/errors'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { Notice } from '@/ui/notice'

const schema = z.object({
  email: z.pipe(
    z.pipe(z.string(), z.transform((text) => text.trim())),
    z.string().check(z.minLength(1, 'Type the e-mail address of whom you invite.'), z.email('This does not look like an e-mail address.')),
  ),
  role: z.enum(['admin', 'editor', 'viewer']),
})

/** What the database alone can refuse about the address: it is none, or it belongs to a member. */
const ABOUT_EMAIL: readonly string[] = ['DS044', 'DS045']

interface InviteFormProps {
  /** For the button that submits it from outside. */
  id: string
  onBusy: (busy: boolean) => void
  onSent: (sent: SentInvitation) => void
}

export function InviteForm({ id, onBusy, onSent }: InviteFormProps) {
  const queryClient = useQueryClient()
  const { register, control, handleSubmit, setError, formState } = useForm<z.infer<typeof schema>>({
    resolver: zodResolver(schema),
    // The least that is of use to a colleague; an admin is made on purpose.
    defaultValues: { email: '', role: 'editor' },
  })
  const { errors } = formState
  const { mutate } = useMutation({
    mutationFn: ({ email, role }: z.infer<typeof schema>) => invite(email, role),
    onMutate: () => onBusy(true),
    onSuccess: async (sent) => {
      onSent(sent)
      await queryClient.invalidateQueries({ queryKey: ['invitations', 'pending'] })
    },
    onError: (error) => {
      const field = 'code' in error && ABOUT_EMAIL.includes(String(error.code)) ? 'email' : 'root'
      setError(field, { message: errorLine(error) }, { shouldFocus: true })
    },
    onSettled: () => onBusy(false),
  })
  return (
    <form id={id} noValidate className="flex flex-col gap-4" onSubmit={(event) => void handleSubmit((values) => mutate(values))(event)}>
      <Field label="E-mail" required error={errors.email?.message}>
        <Input type="email" autoComplete="off" {...register('email')} />
      </Field>
      <Controller control={control} name="role" render={({ field }) => <RoleChoice value={field.value} onChange={field.onChange} />} />
      {errors.root?.message !== undefined && <Notice tone="failure">{errors.root.message}</Notice>}
    </form>
  )
}
