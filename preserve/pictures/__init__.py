"""Still pictures: examined, turned upright and made into copies, in a process of their own, whatever their size."""
