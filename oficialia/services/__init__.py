"""The acts of the office: each public function is one transaction."""
