"""What people come to the portal for, as each profile, from sign-in to the visible result; one Polymertorg for all files of this folder."""
